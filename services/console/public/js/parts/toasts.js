import { shared } from '../shared.js'
import { html, useEffect, useRef } from '../view.js'

const toasts = shared([])
let count = 0

/** Says what was done, and offers to undo it. It stays for a while, and for as long as the pointer or the focus is on it. */
export function toast(text, { kind = 'ok', undo } = {}) {
  const id = ++count
  toasts.set((all) => [...all.slice(-2), { id, text, kind, undo }])
}

const dismiss = (id) => toasts.set((all) => all.filter((each) => each.id !== id))

export function Toasts() {
  const all = toasts.use()
  return html`<div class="toasts" role="status">${all.map((each) => html`<${Toast} key=${each.id} ...${each} />`)}</div>`
}

const stayMs = 12_000

function Toast({ id, text, kind, undo }) {
  const timer = useRef()
  const stay = () => clearTimeout(timer.current)
  useEffect(() => {
    if (kind === 'fail') return
    timer.current = setTimeout(() => dismiss(id), stayMs)
    return stay
  }, [])
  const undone = async () => {
    dismiss(id)
    await undo()
  }
  return html`<div class="toast card ${kind}" onPointerEnter=${stay} onFocusIn=${stay}>
    <p>${text}</p>
    ${undo !== undefined && html`<button type="button" onClick=${undone}>Undo</button>`}
    <button type="button" class="quiet close" aria-label="Close" onClick=${() => dismiss(id)}>×</button>
  </div>`
}
