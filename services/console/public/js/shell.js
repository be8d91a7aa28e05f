import { allKeys, keysAreOn, switchKeys, useKeys } from './keys.js'
import { freshness, onConnection } from './live.js'
import { usePage } from './pageOf.js'
import { Dialog, Dialogs, showDialog } from './parts/dialog.js'
import { Replays } from './parts/replay.js'
import { Clock, Empty, Pill, useClock, Waiting } from './parts/small.js'
import { Toasts } from './parts/toasts.js'
import { followLinks, useHere } from './router.js'
import { Summary, useLiveSummary, useSummary } from './summary.js'
import { html, useContext, useEffect, useRef, useState } from './view.js'
import { counted, span } from './words.js'

const nav = [
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

/** Everything around a page. */
export function Shell() {
  const summary = useLiveSummary()
  const { path, query } = useHere()
  useKeys({ '?': ['this list', () => showDialog(Keys)] })
  return html`<${Summary.Provider} value=${summary}
    ><${Clock}>
      <div class="app" onClick=${followLinks}>
        <a class="skip" href="#main" onClick=${toContent}>To the content</a>
        <${Nav} path=${path} />
        <main id="main" tabindex="-1">
          <${Alarm} error=${summary.error} />
          <${Shown} path=${path} query=${query} />
        </main>
        <div class="corner"><${Replays} running=${summary.data?.replaysRunning} /><${Toasts} /></div>
        <${Dialogs} />
      </div> <//
  ><//>`
}

function toContent(event) {
  event.preventDefault()
  document.getElementById('main').focus()
}

function Shown({ path, query }) {
  const { Page, params } = usePage(path)
  const { data: summary, error } = useContext(Summary)
  const first = useRef(true)
  useEffect(() => {
    // After a change of the page whoever uses a keyboard or a screen reader is at its beginning.
    if (!first.current) document.getElementById('main').focus({ preventScroll: true })
    first.current = false
  }, [path])
  useEffect(() => {
    const heading = document.querySelector('main h1')?.textContent ?? ''
    const failed = summary?.unresolved > 0 ? `(${counted(summary.unresolved)}) ` : ''
    document.title = `${failed}${heading === '' ? '' : `${heading} · `}Petrel`
  })
  if (Page === null)
    return html`<h1>Nothing here</h1>
      <section class="card">
        <${Empty} title="There is no page at this address">Failed messages are <a href="/failures">here</a>.<//>
      </section>`
  // What stands above everything comes first: then nothing below it jumps.
  if (Page === undefined || (summary === undefined && error === undefined)) return html`<${Waiting} rows=${4} />`
  return html`<${Page} key=${path} params=${params} query=${query} />`
}

function Nav({ path }) {
  const [isOpen, setOpen] = useState(false)
  const summary = useSummary()
  const places = nav.filter(([href]) => href !== '/break-it' || summary?.breakIt === true)
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
      ${places.map(
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
    ${access.signOut && html`<a href=${access.signOut}>Sign out</a>`}
    <button type="button" class="quiet keys-help" onClick=${() => showDialog(Keys)}>Keys <kbd>?</kbd></button>
  </div>`
}

/** How fresh what is shown is. It is not announced: it changes each second. */
export function Live() {
  useClock()
  const { ageMs, isStale } = freshness()
  const age = ageMs < 1_000 ? 'now' : `${span(ageMs)} ago`
  return html`<span class="live num ${isStale ? 'stale' : ''}"
    ><i aria-hidden="true"></i>${isStale ? `not live · ${age}` : `live · ${age}`}</span
  >`
}

/** Says once that the connection is lost. What is shown stays. */
function Alarm({ error }) {
  const [isConnected, setConnected] = useState(true)
  useEffect(() => onConnection(setConnected), [])
  const isAway = error !== undefined && error.isTemporary
  return html`<div class="alarm" role="status">
    ${
      (!isConnected || isAway) &&
      html`<p class="trouble">
        ${isAway ? error.message : 'The connection to the console is lost.'} What is shown may be old. The page connects again by
        itself.
      </p>`
    }${error !== undefined && !error.isTemporary && html`<p class="trouble">${error.message}</p>`}
  </div>`
}

/** The heading of a page, with what stands beside it. */
export const Head = ({ title, children }) =>
  html`<div class="bar page-head">
    <h1>${title}</h1>
    ${children}
  </div>`

/** Endpoints that are careful after many failures in a row. */
export const Guards = ({ summary }) =>
  (summary?.outageGuards ?? []).map(
    (endpoint) =>
      html`<a key=${endpoint} href="/endpoints/${endpoint}" class="guard"
        ><${Pill} kind="wait">${endpoint}: outage guard on<//></a
      >`,
  )

/** All keys of the page. */
function Keys({ close }) {
  const isOn = keysAreOn.use()
  const { here, lists, everywhere } = allKeys()
  const table = (title, keys) =>
    keys.length > 0 &&
    html`<div>
      <h3>${title}</h3>
      <dl class="keys">
        ${keys.map(
          ([key, says]) =>
            html`<div key=${key}>
              <dt>${key.split(' ').map((each) => html`<kbd>${each}</kbd> `)}</dt>
              <dd>${says}</dd>
            </div>`,
        )}
      </dl>
    </div>`
  const buttons = html`<button type="button" class="primary" onClick=${close}>Close</button>`
  return html`<${Dialog} title="Keys" close=${close} buttons=${buttons} class="wide">
    <div class="key-tables">
      ${table(
        'On this page',
        here.filter(([key]) => key !== '?'),
      )}${table('In lists', lists)}${table('Everywhere', everywhere)}
    </div>
    <label class="check"
      ><input type="checkbox" checked=${isOn} onChange=${(event) => switchKeys(event.currentTarget.checked)} /><span
        >Keys are on</span
      ></label
    >
  <//>`
}
