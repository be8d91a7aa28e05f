import { shared } from '../shared.js'
import { html, useEffect, useId, useRef } from '../view.js'

const open = shared(undefined)

/** Shows a dialog; there is one at a time. @param component gets `props` and `close` */
export const showDialog = (component, props = {}) => open.set({ component, props })

const close = () => open.set(undefined)

/** The place of dialogs. */
export function Dialogs() {
  const shown = open.use()
  if (shown === undefined) return null
  return html`<${shown.component} ...${shown.props} close=${close} />`
}

/** A dialog with a title, and a line of buttons below. The focus goes back to where it was. */
export function Dialog({ title, close, children, buttons, class: own = '' }) {
  const box = useRef(null)
  const name = useId()
  useEffect(() => {
    const before = document.activeElement
    box.current.showModal()
    return () => before?.isConnected && before.focus()
  }, [])
  const outside = (event) => event.target === box.current && close()
  return html`<dialog ref=${box} class=${own} aria-labelledby=${name} onClose=${close} onClick=${outside}>
    <div class="inside">
      <h2 id=${name}>${title}</h2>
      ${children}
      <div class="buttons">${buttons}</div>
    </div>
  </dialog>`
}
