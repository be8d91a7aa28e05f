import { queryOf } from '../api.js'
import { html } from '../view.js'

/** What is shown, as a file. */
export const Export = ({ filter }) =>
  html`<span class="export small"
    >Export
    <a href="/api/failures.csv${queryOf(filter)}" download="failures.csv">CSV</a>
    <a href="/api/failures.json${queryOf(filter)}" download="failures.json">JSON</a></span
  >`
