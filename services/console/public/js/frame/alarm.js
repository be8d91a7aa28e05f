import { onConnection } from '../live.js'
import { html, useEffect, useState } from '../view.js'

/** Says once that the connection is lost. What is shown stays. */
export function Alarm({ error }) {
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
