/** What this tab remembers; a browser that keeps nothing (private mode, full) forgets, and the page works on. */
export function recall(name, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(`petrel.${name}`)) ?? otherwise
  } catch {
    return otherwise
  }
}

export function remember(name, value) {
  try {
    sessionStorage.setItem(`petrel.${name}`, JSON.stringify(value))
  } catch {
    // Nothing is kept, then.
  }
}

export function forget(name) {
  try {
    sessionStorage.removeItem(`petrel.${name}`)
  } catch {
    // There was nothing.
  }
}
