import { useClock, Clocked, Id, Pill, Section } from './small.js'
import { html } from '../view.js'
import { exactTime, listed, shortType, span } from '../words.js'

const states = {
  running: ['wait', 'running'],
  completed: ['ok', 'completed'],
  absent: ['', 'not there'],
  unknown: ['', 'state unknown'],
}
const changes = { begun: 'begins', completed: 'completes it', ignored: 'ignored: it had not begun, or was complete' }

/** The sagas of a conversation: what each has heard, for what it may still wait, and which timeouts come. */
export function Sagas({ sagas }) {
  if (!sagas || sagas.length === 0) return null
  return html`<${Section} title="Sagas"
    ><div class="pad sagas">${sagas.map((saga) => html`<${Saga} key=${`${saga.saga} ${saga.id}`} ...${saga} />`)}</div><//
  >`
}

function Saga({ saga, id, endpoint, state, steps, timeouts, notHeard }) {
  const [kind, word] = states[state] ?? ['', state]
  return html`<div>
    <h3>
      ${saga} <small class="muted">${endpoint}</small> <${Id} value=${id} name="saga id" /> <${Pill} kind=${kind}>${word}<//>
    </h3>
    <ol class="states">
      ${steps.map(
        ({ messageId, type, at, change }) =>
          html`<li key=${messageId}>
            <small class="muted"><${Clocked} at=${at} /></small
            ><span><b>${shortType(type)}</b>${changes[change] && html` <span class="muted">${changes[change]}</span>`}</span>
          </li>`,
      )}
      ${timeouts.map((timeout, row) => html`<li key=${row}><${Timeout} ...${timeout} /></li>`)}
    </ol>
    ${notHeard.length > 0 && html`<p class="small muted">Not heard yet: ${listed(notHeard.map(shortType))}.</p>`}
  </div>`
}

function Timeout({ type, dueAt, hasCome }) {
  const ms = Date.parse(dueAt) - useClock()
  const says = hasCome ? 'timeout, has come' : ms > 0 ? `timeout, comes in ${span(ms)}` : 'timeout, is due'
  return html`<small class="muted"><${Clocked} at=${dueAt} /></small
    ><span title=${exactTime(dueAt)}><b>${shortType(type)}</b> <span class="muted">${says}</span></span>`
}
