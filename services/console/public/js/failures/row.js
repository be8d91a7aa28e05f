import { FailureState, Tick, When } from '../parts/small.js'
import { html } from '../view.js'
import { counted, shortId, shortType } from '../words.js'

/** One failed message in a list. */
export function Row({ item, isGone, isWide, picking }) {
  const {
    id,
    type,
    messageId,
    endpoint,
    errorType,
    errorMessage,
    key,
    lastFailedAt,
    firstFailedAt,
    attempts,
    replays,
    state,
    foreign,
    decodable,
  } = item
  return html`<tr class="${isGone ? 'gone' : ''} ${picking.has(id) ? 'picked' : ''}" data-row=${id}>
    ${
      picking.may &&
      html`<td class="box-cell">
        <${Tick}
          label="Select ${shortType(type)} ${shortId(messageId)}"
          isOn=${picking.has(id)}
          disabled=${isGone}
          onChange=${() => picking.toggle(id)}
        />
      </td>`
    }
    <td class="message">
      <a data-go href="/failures/${id}">${shortType(type)} <span class="mono muted">${shortId(messageId)}</span></a
      >${foreign && html` <small class="muted">${foreign}</small>`}${!decodable && html` <small class="muted">not decodable</small>`}${replays > 0 && html` <small class="again">replayed ${replays === 1 ? 'once' : `${counted(replays)} times`}</small>`}
    </td>
    ${
      isWide &&
      html`<td class="endpoint">${endpoint}</td>
        <td class="error"><b>${errorType}</b> <span class="muted">${errorMessage}</span></td>`
    }
    <td class="key mono" title=${key}>${key === null ? '–' : shortId(key)}</td>
    <td class="when"><${When} at=${lastFailedAt} /></td>
    ${isWide && html`<td class="when first"><${When} at=${firstFailedAt} /></td>`}
    ${isWide && html`<td class="right num tries">${counted(attempts)}</td>`}
    <td class="state">
      ${isGone ? html`<span class="muted small">no longer here</span>` : html`<${FailureState} state=${state} />`}
    </td>
  </tr>`
}
