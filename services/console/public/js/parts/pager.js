import { html } from '../view.js'

/**
 * The way to the next page of a list and back.
 * @param cursors of the pages so far, the last one of the page that is shown
 * @param next where the next page begins; undefined or null on the last one
 */
export const Pager = ({ of, cursors, setCursors, next, children }) =>
  html`<nav class="pager" aria-label="Pages of ${of}">
    <button type="button" class="small" disabled=${cursors.length === 1} onClick=${() => setCursors(cursors.slice(0, -1))}>
      ← Newer
    </button>
    ${children}
    <button type="button" class="small" disabled=${!next} onClick=${() => setCursors([...cursors, next])}>Older →</button>
  </nav>`
