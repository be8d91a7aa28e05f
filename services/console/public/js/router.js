import { useEffect, useState } from './view.js'

const listeners = new Set()

/** The address: path, and query as an object. */
export const here = () => ({ path: location.pathname, query: Object.fromEntries(new URLSearchParams(location.search)) })

/** Goes to an address of this page. @param replace what one would not want to go back to */
export function go(href, { replace = false } = {}) {
  const url = new URL(href, location.href)
  if (url.href === location.href) return
  const isOtherPage = url.pathname !== location.pathname
  history[replace ? 'replaceState' : 'pushState']({}, '', url)
  for (const listener of listeners) listener()
  if (isOtherPage) scrollTo(0, 0)
}

/** Changes a part of the query, and leaves the rest; undefined takes a part away. */
export function goQuery(changes, options) {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  go(location.pathname + (text === '' ? '' : `?${text}`), options)
}

/** @returns the address, and draws again when it changes */
export function useHere() {
  const [place, setPlace] = useState(here)
  useEffect(() => {
    const look = () => setPlace(here())
    listeners.add(look)
    addEventListener('popstate', look)
    return () => {
      listeners.delete(look)
      removeEventListener('popstate', look)
    }
  }, [])
  return place
}

/** A click on a link to a page of the console changes the page without loading it anew. */
export function followLinks(event) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = event.target.closest?.('a[href]')
  if (link === null || link === undefined || link.target !== '' || link.hasAttribute('download')) return
  const url = new URL(link.href)
  if (url.origin !== location.origin || /^\/(api|auth|v)\//.test(url.pathname)) return
  if (url.hash !== '' && url.pathname === location.pathname) return
  event.preventDefault()
  go(url.href)
}
