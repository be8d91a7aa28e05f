import { useEffect, useState } from './view.js'

/** A value that parts of the page share. @returns `{ get, set, use }`; `use` draws the caller again when it changes */
export function shared(value) {
  const listeners = new Set()
  const set = (next) => {
    value = typeof next === 'function' ? next(value) : next
    for (const listener of listeners) listener(value)
  }
  const use = () => {
    const [, redraw] = useState(0)
    useEffect(() => {
      const listener = () => redraw((count) => count + 1)
      listeners.add(listener)
      return () => listeners.delete(listener)
    }, [])
    return value
  }
  return { get: () => value, set, use }
}

/** What this browser remembers of a person's wishes; one that keeps nothing forgets, and the page works on. */
export function recall(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`petrel.${name}`)) ?? otherwise
  } catch {
    return otherwise
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`petrel.${name}`, JSON.stringify(value))
  } catch {
    // Nothing is kept, then.
  }
}
