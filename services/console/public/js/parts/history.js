import { html } from '../view.js'
import { Clocked, Pill } from './small.js'

const happened = {
  sent: ['', 'sent'],
  failed: ['fail', 'failed'],
  retried: ['wait', 'retried'],
  deadLettered: ['fail', 'dead letter'],
  replayed: ['wait', 'replayed'],
  archived: ['', 'archived'],
  restored: ['', 'restored'],
  resolved: ['ok', 'resolved'],
  edited: ['wait', 'edited and replayed'],
}

/** What happened to a failed message, in order. @param isShort only the latest */
export function History({ history, isShort = false }) {
  const shown = isShort ? history.slice(-6) : history
  if (shown.length === 0) return html`<p class="muted">Nothing is known of its attempts.</p>`
  return html`<table class="history">
    <thead>
      <tr>
        <th>when</th>
        <th>what</th>
        <th>more</th>
      </tr>
    </thead>
    <tbody>
      ${shown.map(({ at, what, by, attempt, detail }, row) => {
        const [kind, word] = happened[what] ?? ['', what]
        return html`<tr key=${row}>
          <td><${Clocked} at=${at} /></td>
          <td><${Pill} kind=${kind}>${word}${attempt ? `, try ${attempt}` : ''}<//></td>
          <td>${[detail, by && `by ${by}`].filter(Boolean).join(' · ')}</td>
        </tr>`
      })}
    </tbody>
  </table>`
}
