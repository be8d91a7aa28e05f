import { html } from '../view.js'
import { Clocked } from './small.js'

const words = { info: 'note', ok: 'good', warn: 'careful', fail: 'failed' }
const shapes = {
  info: html`<circle cx="5" cy="5" r="3.5" />`,
  ok: html`<path class="stroke" d="M1 5.5l3 3L9.5 2" />`,
  warn: html`<rect x="1" y="1" width="8" height="8" rx="2" />`,
  fail: html`<path d="M5 0l5.5 10h-11z" />`,
}

/** One event: what, where, when; a link to where one sees more. */
export function EventRow({ event: { id, at, endpoint, text, severity, link } }) {
  return html`<li class="event ${severity}" data-row=${id}>
    <svg viewBox="-1 -1 12 12" role="img" aria-label=${words[severity] ?? severity}>${shapes[severity] ?? shapes.info}</svg>
    <span class="text"
      >${link ? html`<a data-go href=${link}>${text}</a>` : html`<span data-go tabindex="-1">${text}</span>`}
      ${endpoint && html` <a class="muted small" href="/endpoints/${endpoint}">${endpoint}</a>`}</span
    >
    <small class="muted"><${Clocked} at=${at} /></small>
  </li>`
}
