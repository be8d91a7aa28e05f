import { html, useRef, useState } from '../view.js'
import { niceTop } from './sparkScale.js'

const width = 120

/** @returns points of a line for an SVG, in pieces where nothing is known. */
export function linesOf(series, { wide = width, high, top }) {
  const step = wide / Math.max(1, series.length - 1)
  const pieces = [[]]
  for (const [at, value] of series.entries()) {
    if (value === null) pieces.push([])
    else pieces.at(-1).push(`${(at * step).toFixed(1)},${(high - (value / top) * high).toFixed(1)}`)
  }
  return pieces.filter((piece) => piece.length > 0)
}

const highest = (series) => Math.max(0, ...series.filter((value) => value !== null))
const last = (series) => series.findLast((value) => value !== null)

/** A small curve without axes, for a row of a table. @param says the value in words */
export function Spark({ series, label, says, kind = '' }) {
  const known = series ?? []
  const top = highest(known)
  const words = `${label}: now ${says(last(known) ?? null)}, at most ${says(top)}`
  return html`<svg class="spark ${kind}" viewBox="0 -2 ${width} 30" preserveAspectRatio="none" role="img" aria-label=${words}>
    <path class="base" d="M0 26H${width}" />
    ${
      top > 0 &&
      linesOf(known, { high: 26, top }).map(
        (points, at) =>
          html`<g key=${at}>
            <path class="under" d="M${points[0].split(',')[0]},26L${points.join('L')}L${points.at(-1).split(',')[0]},26Z" />
            <path class="line" d="M${points.join('L')}" />
          </g>`,
      )
    }
  </svg>`
}

const charted = { wide: 600, high: 120 }

/** A curve with its scale, and the value under the pointer. @param windowMinutes what it spans */
export function Chart({ series, title, says, windowMinutes, kind = '' }) {
  const [at, setAt] = useState(undefined)
  const box = useRef(null)
  const known = series ?? []
  const top = niceTop(highest(known))
  const point = at ?? known.length - 1
  const move = (event) => {
    const { left, width: wide } = box.current.getBoundingClientRect()
    setAt(Math.min(known.length - 1, Math.max(0, Math.round(((event.clientX - left) / wide) * (known.length - 1)))))
  }
  const agoMinutes = ((known.length - 1 - point) * windowMinutes) / Math.max(1, known.length)
  const value = known[point] ?? last(known) ?? null
  const x = (point / Math.max(1, known.length - 1)) * charted.wide
  return html`<figure class="chart ${kind}">
    <figcaption>
      <span>${title}</span><b class="num">${says(value)}</b
      ><small class="muted num">${at === undefined ? 'now' : before(agoMinutes)}</small>
    </figcaption>
    <svg
      ref=${box}
      viewBox="0 -4 ${charted.wide} ${charted.high + 8}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${title}, last ${windowMinutes} minutes: now ${says(last(known) ?? null)}, at most ${says(highest(known))}"
      onPointerMove=${move}
      onPointerLeave=${() => setAt(undefined)}
    >
      <path class="grid" d="M0 0H${charted.wide}M0 ${charted.high / 2}H${charted.wide}" />
      <path class="base" d="M0 ${charted.high}H${charted.wide}" />
      ${linesOf(known, { ...charted, top }).map(
        (points, piece) =>
          html`<g key=${piece}>
            <path
              class="under"
              d="M${points[0].split(',')[0]},${charted.high}L${points.join('L')}L${points.at(-1).split(',')[0]},${charted.high}Z"
            />
            <path class="line" d="M${points.join('L')}" />
          </g>`,
      )}
      ${at !== undefined && html`<path class="cursor" d="M${x} 0V${charted.high}" />`}
    </svg>
    <div class="scale num" aria-hidden="true">
      <span>${windowMinutes} m ago</span><span class="top">${says(top)}</span><span>now</span>
    </div>
  </figure>`
}

const before = (minutes) => (minutes < 1 ? `${Math.round(minutes * 60)} s ago` : `${Math.round(minutes)} m ago`)
