import { useKeys } from '../keys.js'
import { askArchive, restore } from '../parts/archive.js'
import { Head } from '../parts/head.js'
import { askReplay } from '../parts/replay.js'
import { FailureState, Id, Pill, When } from '../parts/small.js'
import { go } from '../router.js'
import { useMay } from '../summary.js'
import { html } from '../view.js'
import { conversationPath, counted, plural, shortId, shortType } from '../words.js'

/** What a message is, and what can be done with it. */
export function Top({ failure, id, reload }) {
  const may = useMay('operator')
  const { type, messageId, state, endpoint, key, replays, foreign, editOf, editedAs, traceUrl, outlivedInbox, conversationId } =
    failure
  const canReplay = may && state === 'unresolved'
  const replay = () => askReplay([{ ids: [id] }], { onSent: reload })
  const archive = () => askArchive([{ ids: [id] }], 1, { onDone: reload })
  useKeys({
    ...(canReplay && { r: ['replay this message', replay] }),
    ...(may && foreign === null && { e: ['edit and replay', () => go(`/failures/${id}/edit`)] }),
    ...(may && state === 'unresolved' && { a: ['archive this message', archive] }),
  })
  return html`<div class="top-of">
    <p class="crumb"><a href="/failures">← Failed messages</a></p>
    <${Head} title=${shortType(type)}
      ><${Id} value=${messageId} name="message id" /><${FailureState} state=${state} />${foreign && html`<${Pill}>${foreign}<//>`}
      <span class="spring"></span>
      <div class="buttons">
        ${canReplay && html`<button type="button" class="primary" onClick=${replay}>Replay 1</button>`}
        ${may && foreign === null && state !== 'resolved' && html`<a class="button" href="/failures/${id}/edit">Edit and replay</a>`}
        ${may && state === 'unresolved' && html`<button type="button" onClick=${archive}>Archive</button>`}
        ${may && state === 'archived' && html`<button type="button" class="primary" onClick=${() => restore([{ ids: [id] }], { onDone: reload })}>Restore</button>`}
      </div>
    <//>
    <dl class="facts">
      <div>
        <dt>failed at</dt>
        <dd><a href="/endpoints/${endpoint}">${endpoint}</a></dd>
      </div>
      <div>
        <dt>sent</dt>
        <dd><${When} at=${failure.sentAt} /></dd>
      </div>
      <div>
        <dt>failed</dt>
        <dd><${When} at=${failure.lastFailedAt} />, after ${plural(failure.attempts, 'try', 'tries')}</dd>
      </div>
      ${
        replays > 0 &&
        html`<div>
          <dt>replayed</dt>
          <dd class="again">${replays === 1 ? 'once' : `${counted(replays)} times`} before</dd>
        </div>`
      }
      ${
        key !== null &&
        html`<div>
          <dt>key</dt>
          <dd><a class="mono" href="/orders?q=${encodeURIComponent(key)}">${shortId(key)}</a></dd>
        </div>`
      }
      ${
        conversationId &&
        html`<div>
          <dt>conversation</dt>
          <dd><a class="mono" href=${conversationPath(conversationId, key)}>${shortId(conversationId)}</a></dd>
        </div>`
      }
      ${
        traceUrl &&
        html`<div>
          <dt>trace</dt>
          <dd><a href=${traceUrl} target="_blank" rel="noreferrer">open</a></dd>
        </div>`
      }
      ${
        !traceUrl &&
        failure.traceId &&
        html`<div>
          <dt>trace</dt>
          <dd><${Id} value=${failure.traceId} name="trace id" /></dd>
        </div>`
      }
      ${
        editOf &&
        html`<div>
          <dt>edited copy of</dt>
          <dd><a class="mono" href="/failures/${editOf}">${shortId(editOf)}</a></dd>
        </div>`
      }
      ${
        editedAs &&
        html`<div>
          <dt>edited and sent as</dt>
          <dd><span class="mono">${shortId(editedAs)}</span></dd>
        </div>`
      }
    </dl>
    ${outlivedInbox && html`<p class="warning">This message is older than what ${endpoint} remembers of handled messages. If it was handled after all, a replay handles it again.</p>`}
  </div>`
}
