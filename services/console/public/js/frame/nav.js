import { leave } from '../api.js'
import { freshness } from '../live.js'
import { useClock } from '../parts/small.js'
import { useSummary } from '../summary.js'
import { html, useEffect, useState } from '../view.js'
import { counted, span } from '../words.js'
import { showKeys } from './keysDialog.js'

const places = [
  ['/', 'Overview'],
  ['/failures', 'Failed messages'],
  ['/orders', 'Orders'],
  ['/endpoints', 'Endpoints'],
  ['/map', 'System map'],
  ['/events', 'Events'],
  ['/actions', 'Actions log'],
  ['/break-it', 'Break it'],
]

/** Which place of the navigation an address belongs to. */
const placeOf = (path) => (path.startsWith('/conversations') ? '/orders' : `/${path.split('/')[1]}`)

/** Where one can go, how fresh what is shown is, and who one is. */
export function Nav({ path }) {
  const [isOpen, setOpen] = useState(false)
  const summary = useSummary()
  const shown = places.filter(([href]) => href !== '/break-it' || summary?.breakIt === true)
  useEffect(() => setOpen(false), [path])
  return html`<header class="side">
    <div class="line">
      <a class="brand" href="/"><${Bird} /><span>Petrel</span></a>
      <${Live} />
      <button
        type="button"
        class="menu"
        aria-expanded=${isOpen ? 'true' : 'false'}
        aria-controls="places"
        onClick=${() => setOpen(!isOpen)}
      >
        Menu${summary?.unresolved > 0 && html` <b class="num">${counted(summary.unresolved)}</b>`}
      </button>
    </div>
    <nav id="places" aria-label="Main" class=${isOpen ? 'open' : ''}>
      ${shown.map(
        ([href, name]) =>
          html`<a key=${href} href=${href} aria-current=${placeOf(path) === href ? 'page' : undefined}>
            <span>${name}</span
            >${href === '/failures' && summary?.unresolved > 0 && html`<b class="num" aria-label="${summary.unresolved} unresolved">${counted(summary.unresolved)}</b>`}
          </a>`,
      )}
      <${Person} access=${summary?.access} />
    </nav>
  </header>`
}

const Bird = () =>
  html`<svg viewBox="0 0 32 32" aria-hidden="true">
    <path d="M3 12c6-2 9 0 11.5 4C17 10 22 6 29 6c-4 3-6 6-7.5 10.5C20 21 16.5 23 13 22l-5 3 1.5-5C8 17 6 14 3 12z" />
  </svg>`

const roleSays = {
  reader: 'reader: looks, and changes nothing',
  operator: 'operator: replays, edits and archives',
  admin: 'admin: may erase, too',
}

function Person({ access }) {
  if (access === undefined) return html`<div class="person"></div>`
  return html`<div class="person small muted">
    ${access.kind === 'open' ? html`<span>No login: only this machine reaches the console.</span>` : html`<b>${access.user}</b><span>${roleSays[access.role] ?? access.role}</span>`}
    ${access.signOut && html`<a href=${access.signOut} onClick=${leave}>Sign out</a>`}
    <button type="button" class="quiet keys-help" onClick=${showKeys}>Keys <kbd>?</kbd></button>
  </div>`
}

/** How fresh what is shown is. It is not announced: it changes each second. */
function Live() {
  useClock()
  const { ageMs, isStale } = freshness()
  const age = ageMs < 1_000 ? 'now' : `${span(ageMs)} ago`
  return html`<span class="live num ${isStale ? 'stale' : ''}"
    ><i aria-hidden="true"></i><span>${isStale ? 'not live' : 'live'}<span class="age"> · ${age}</span></span></span
  >`
}
