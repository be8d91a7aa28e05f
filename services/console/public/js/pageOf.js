import { useEffect, useState } from './view.js'

/** Which page an address is, and how its code is had: only that of the page that is shown is loaded. */
const pages = [
  [/^\/$/, () => import('./pages/overview.js')],
  [/^\/failures$/, () => import('./pages/failures.js')],
  [/^\/failures\/(?<id>[^/]+)$/, () => import('./pages/failure.js')],
  [/^\/failures\/(?<id>[^/]+)\/edit$/, () => import('./pages/edit.js')],
  [/^\/orders$/, () => import('./pages/orders.js')],
  [/^\/conversations\/(?<id>[^/]+)$/, () => import('./pages/conversation.js')],
  [/^\/endpoints$/, () => import('./pages/endpoints.js')],
  [/^\/endpoints\/(?<name>[^/]+)$/, () => import('./pages/endpoint.js')],
  [/^\/map$/, () => import('./pages/map.js')],
  [/^\/events$/, () => import('./pages/events.js')],
  [/^\/actions$/, () => import('./pages/actions.js')],
  [/^\/break-it$/, () => import('./pages/breakIt.js')],
]

const loaded = new Map()

/** @returns `{ Page, params }` of an address; `Page` is undefined while its code comes, and null where there is none */
export function usePage(path) {
  const [, redraw] = useState(0)
  const found = pages.find(([pattern]) => pattern.test(path))
  useEffect(() => {
    if (found === undefined || loaded.has(found)) return
    found[1]().then(
      (module) => {
        loaded.set(found, module.Page)
        redraw((count) => count + 1)
      },
      // The console was replaced by a newer one, whose files have other addresses.
      () => location.reload(),
    )
  }, [found])
  if (found === undefined) return { Page: null, params: {} }
  const groups = found[0].exec(path).groups ?? {}
  const params = Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]))
  return { Page: loaded.get(found), params }
}
