import { html, useEffect, useRef, useState } from '../view.js'

const searchAfterMs = 300

/** A field that searches when one pauses. @param value what is searched for, also when the address has changed */
export function Search({ value, label, placeholder, onSearch }) {
  const [text, setText] = useState(value)
  const timer = useRef()
  const field = useRef(null)
  useEffect(() => {
    if (document.activeElement !== field.current) setText(value)
  }, [value])
  const search = (typed) => {
    setText(typed)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => onSearch(typed.trim()), searchAfterMs)
  }
  return html`<input
    ref=${field}
    type="search"
    data-search
    aria-label=${label}
    placeholder=${placeholder}
    autocomplete="off"
    spellcheck="false"
    value=${text}
    onInput=${(event) => search(event.currentTarget.value)}
  />`
}
