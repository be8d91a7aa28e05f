import { html } from '../view.js'
import { Clocked, Id, Section } from './small.js'

/** The sagas of a conversation, with the states that are known. */
export function Sagas({ sagas }) {
  if (!sagas || sagas.length === 0) return null
  return html`<${Section} title="Sagas"
    ><div class="pad sagas">
      ${sagas.map(
        ({ saga, id, endpoint, states = [] }) =>
          html`<div key=${`${saga} ${id}`}>
            <h3>${saga} <small class="muted">${endpoint}</small> <${Id} value=${id} name="saga id" /></h3>
            ${
              states.length > 0 &&
              html`<ol class="states">
                ${states.map(
                  ({ at, state, message }, row) =>
                    html`<li key=${row}>
                      <small class="muted">${at && html`<${Clocked} at=${at} />`}</small
                      ><span
                        >${message && html`<b>${message}</b> `}<span class="mono"
                          >${typeof state === 'string' ? state : JSON.stringify(state)}</span
                        ></span
                      >
                    </li>`,
                )}
              </ol>`
            }
          </div>`,
      )}
    </div><//
  >`
}
