import { html } from '../view.js'
import { Pill } from './small.js'

/** The heading of a page, with what stands beside it. */
export const Head = ({ title, children }) =>
  html`<div class="bar page-head">
    <h1>${title}</h1>
    ${children}
  </div>`

/** Endpoints that are careful after many failures in a row. Beside the heading, on its line: one that comes moves nothing. */
export const Guards = ({ summary }) =>
  html`<span class="guards">
    ${(summary?.outageGuards ?? []).map(
      (endpoint) =>
        html`<a key=${endpoint} href="/endpoints/${endpoint}" class="guard"
          ><${Pill} kind="wait">${endpoint}: outage guard on<//></a
        >`,
    )}
  </span>`
