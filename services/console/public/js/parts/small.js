import { ago, clockOrDay, exactTime, failureStates, endpointStates, longSpan, shortId, span } from '../words.js'
import { now as serverNow } from '../live.js'
import { createContext, html, useContext, useEffect, useRef, useState } from '../view.js'

const Now = createContext(0)

/** Draws what shows ages again each second, and nothing else. */
export function Clock({ children }) {
  const [at, setAt] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setAt(serverNow()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return html`<${Now.Provider} value=${at}>${children}<//>`
}

/** @returns the time now, by the server's clock; changes each second */
export const useClock = () => useContext(Now)

/** How long ago; the exact time on hover. */
export function When({ at }) {
  const now = useContext(Now)
  if (at === null || at === undefined) return html`<span class="muted">–</span>`
  return html`<time class="num" datetime=${at} title=${exactTime(at)}>${ago(now - Date.parse(at))}</time>`
}

/** How long since; the exact time on hover. */
export function Since({ at, isLong = false }) {
  const now = useContext(Now)
  if (at === null || at === undefined) return html`<span class="muted">–</span>`
  return html`<time class="num" datetime=${at} title=${exactTime(at)}
    >${(isLong ? longSpan : span)(Math.max(0, now - Date.parse(at)))}</time
  >`
}

/** The time of day; the exact time on hover. */
export function Clocked({ at }) {
  const now = useContext(Now)
  return html`<time class="num" datetime=${at} title=${exactTime(at)}>${clockOrDay(at, now)}</time>`
}

export const Pill = ({ kind = '', children, ...rest }) => html`<span class="pill ${kind}" ...${rest}>${children}</span>`

/** The state of a failure. */
export function FailureState({ state }) {
  const [kind, word] = failureStates[state] ?? ['', state]
  return html`<${Pill} kind=${kind}>${word}<//>`
}

/** The state of an endpoint or of an instance. */
export function EndpointState({ state }) {
  const [kind, word] = endpointStates[state] ?? ['wait', state]
  return html`<${Pill} kind=${kind}>${word}<//>`
}

/** An id: short, and copied whole with a click. */
export function Id({ value, name = 'id', isWhole = false }) {
  const [says, setSays] = useState('')
  const text = useRef(null)
  const shown = isWhole ? value : shortId(value)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setSays('copied')
      setTimeout(() => setSays(''), 1_200)
    } catch {
      // The browser does not allow it: the whole id, selected, for a person to copy.
      setSays(value)
      getSelection().selectAllChildren(text.current)
    }
  }
  return html`<button type="button" class="id mono" title=${value} onClick=${copy}>
    <span class="unseen">Copy ${name} </span><span ref=${text}>${shown}</span>
    ${says !== '' && html`<span class="copied" role="status">${says}</span>`}
  </button>`
}

/** Says what went wrong and what to do. */
export function TroubleBox({ error, reload, what }) {
  if (error === undefined) return null
  return html`<div class="trouble" role="alert">
    <p>${what !== undefined && `${what} `}${error.message}${error.isTemporary ? ' It is tried again by itself.' : ''}</p>
    ${reload !== undefined && html`<button type="button" onClick=${reload}>Try again</button>`}
  </div>`
}

/** Says what would be here, and how to get it. */
export const Empty = ({ title, children }) =>
  html`<div class="empty">
    <${Calm} />
    <h2>${title}</h2>
    <p>${children}</p>
  </div>`

const Calm = () =>
  html`<svg class="calm" viewBox="0 0 120 44" aria-hidden="true">
    <path
      class="bird"
      d="M44 15c4.5-1.5 7 0 9 3 1.800-4.5 5.5-7.5 11-7.5-3 2.200-4.600 4.5-5.700 8-1.100 3.400-3.700 5-6.400 4.200l-3.800 2.300 1.100-3.800c-1.5-3-3-4.600-5.200-6.200z"
    />
    <path class="wave" d="M4 34c7-4 13-4 20 0s13 4 20 0 13-4 20 0 13 4 20 0 13-4 20 0 8 3 12 2" />
    <path class="wave far" d="M14 41c7-3 13-3 20 0s13 3 20 0 13-3 20 0 13 3 20 0 8-3 12-2" />
  </svg>`

/** Keeps the place of what has not come yet. */
export const Waiting = ({ rows = 3, label = 'Loading' }) =>
  html`<div class="waiting">
    <span class="unseen" role="status">${label}</span>
    ${Array.from({ length: rows }, (_, row) => html`<div class="ghost" key=${row} aria-hidden="true"></div>`)}
  </div>`

/** The rows that came since one looked; they are shown when one wants them. */
export const Fresh = ({ count, what, onShow }) =>
  count === 0
    ? null
    : html`<button type="button" class="fresh-rows" data-fresh onClick=${onShow}>
        ${`Show ${count} new${what === undefined ? '' : ` ${what}`}`}
      </button>`

/** A part of the page with a heading. */
export const Section = ({ title, aside, children, class: own = '', id }) =>
  html`<section class="card ${own}" aria-label=${title} id=${id}>
    <div class="head">
      <h2>${title}</h2>
      ${aside}
    </div>
    ${children}
  </section>`

/** A number of the strip, with its name. */
export const Fact = ({ name, kind = '', href, children }) => {
  const inside = html`<span class="k">${name}</span><span class="v num ${kind}">${children}</span>`
  return href === undefined ? html`<div class="fact">${inside}</div>` : html`<a class="fact" href=${href}>${inside}</a>`
}

/** A box to pick a row by. */
export const Tick = ({ label, isOn, disabled = false, onChange }) =>
  html`<label class="box"
    ><input type="checkbox" aria-label=${label} checked=${isOn} disabled=${disabled} onChange=${onChange}
  /></label>`

/** A choice of a few, as a field of its own. @param options value → word */
export function Choice({ label, value, options, onChange, class: own = '' }) {
  return html`<label class="choice ${own}"
    ><span>${label}</span
    ><select value=${value} onChange=${(event) => onChange(event.currentTarget.value)}>
      ${Object.entries(options).map(([key, word]) => html`<option key=${key} value=${key} selected=${key === value}>${word}</option>`)}
    </select></label
  >`
}

/** A choice of very few, all of them seen. @param options value → word */
export function Tabs({ label, value, options, onChange }) {
  return html`<div class="tabs" role="group" aria-label=${label}>
    ${Object.entries(options).map(
      ([key, word]) =>
        html`<button type="button" key=${key} aria-pressed=${key === value ? 'true' : 'false'} onClick=${() => onChange(key)}>
          ${word}
        </button>`,
    )}
  </div>`
}

/** A bar of what is done: shares of `total` from 0 to 1, one after the other. */
export function Meter({ parts, label }) {
  let from = 0
  return html`<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label=${label}>
    <rect class="rest" width="100" height="6" />
    ${parts.map(([kind, share]) => {
      const x = from
      from += share * 100
      return html`<rect key=${kind} class=${kind} x=${x} width=${Math.max(0, share * 100)} height="6" />`
    })}
  </svg>`
}
