import { get } from '../api.js'
import { useKeys } from '../keys.js'
import { askArchive, restore } from '../parts/archive.js'
import { Body, Stack } from '../parts/body.js'
import { Flow, Sequence } from '../parts/flow.js'
import { History } from '../parts/history.js'
import { askReplay } from '../parts/replay.js'
import { Sagas } from '../parts/sagas.js'
import { Empty, FailureState, Id, Pill, Section, TroubleBox, Waiting, When } from '../parts/small.js'
import { useResource } from '../resource.js'
import { go } from '../router.js'
import { Head } from '../shell.js'
import { useMay } from '../summary.js'
import { html, useEffect, useState } from '../view.js'
import { conversationPath, counted, plural, shortId, shortType } from '../words.js'

/** One failed message: what it says, why it failed, what happened before and after, and what can be done. */
export function Page({ params: { id } }) {
  const address = `/api/failures/${encodeURIComponent(id)}`
  const { data, error, reload } = useResource(address, { hints: ['failures', 'replay'] })
  const conversation = useResource(data?.conversationId ? conversationPath(data.conversationId, data.key, '/api') : undefined, {
    hints: ['failures', 'replay'],
  })
  if (data === undefined && error?.status === 404)
    return html`<${Head} title="Failed message" />
      <section class="card">
        <${Empty} title="There is no such failure"
          >It may have been resolved or archived long ago. <a href="/failures">All failed messages</a>.<//
        >
      </section>`
  if (data === undefined)
    return html`<${Head} title="Failed message" />
      <section class="card pad" key="waiting">
        ${error === undefined ? html`<${Waiting} rows=${8} />` : html`<${TroubleBox} error=${error} reload=${reload} />`}
      </section>`
  return html`
    <${Top} failure=${data} id=${id} reload=${reload} />
    <${TroubleBox} error=${error} reload=${reload} />
    <div class="columns even">
      <div class="stack-of">
        <${Why} failure=${data} />
        <${Section} title="What happened" class="flush"><${History} history=${data.history} /><//>
        <${Places} failure=${data} />
      </div>
      <${Message} failure=${data} address=${address} />
    </div>
    ${
      conversation.data !== undefined &&
      html` <${Section}
          title="Conversation"
          aside=${html`<a href=${conversationPath(data.conversationId, data.key)}>The whole conversation</a>`}
          ><div class="pad"><${Flow} conversation=${conversation.data} current=${id} /></div
        ><//>
        <${Section} title="One after the other" class="flush"><${Sequence} conversation=${conversation.data} /><//>
        <${Sagas} sagas=${conversation.data.sagas} />`
    }
    <${TroubleBox}
      error=${conversation.error?.status === 404 ? undefined : conversation.error}
      what="The conversation cannot be shown."
    />
  `
}

function Top({ failure, id, reload }) {
  const may = useMay('operator')
  const { type, messageId, state, endpoint, key, replays, foreign, editOf, editedAs, traceUrl, outlivedInbox, conversationId } =
    failure
  const canReplay = may && (state === 'unresolved' || state === 'archived')
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
        ${canReplay && state !== 'archived' && html`<button type="button" class="primary" onClick=${replay}>Replay 1</button>`}
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

function Why({ failure: { errorType, errorMessage, errorStack, frame, handler, decodable, bodyProblem } }) {
  return html`<${Section} title="Why"
    ><div class="pad stack-of">
      <div>
        <p class="error-type"><b>${errorType}</b></p>
        <p>${errorMessage}</p>
        ${handler && html`<p class="muted">in ${handler}${frame && html` at <span class="mono">${frame}</span>`}</p>`}
      </div>
      ${!decodable && bodyProblem && html`<p class="warning">${bodyProblem}</p>`}
      <${Stack} stack=${errorStack} frame=${frame} /></div
  ><//>`
}

const headerKinds = { own: 'sent with the message', locked: "Petrel's own", sensitive: 'hidden' }

function Message({ failure, address }) {
  const may = useMay('operator')
  const [open, setOpen] = useState(undefined)
  const [error, setError] = useState(undefined)
  useEffect(() => setOpen(undefined), [address])
  const shown = open ?? failure
  const isHidden =
    open === undefined && (failure.bodyMasked || !failure.decodable || failure.headers.some(({ kind }) => kind === 'sensitive'))
  const show = () => get(`${address}?unmasked=true`).then(setOpen, setError)
  const aside =
    may && isHidden
      ? html`<button type="button" class="small" title="Who looked, and when, is written down" onClick=${show}>
          ${failure.decodable ? 'Show personal data' : 'Show its bytes'}
        </button>`
      : open !== undefined && html`<button type="button" class="small" onClick=${() => setOpen(undefined)}>Hide it again</button>`
  return html`<${Section} title="Message" aside=${aside}
    ><div class="pad stack-of">
      <${TroubleBox} error=${error} />
      <div>
        <h3>Body</h3>
        <${Body} ...${shown} bodyMasked=${open === undefined && failure.bodyMasked} />
        ${open !== undefined && html`<p class="small muted">That you looked at it is written down in the <a href="/actions">actions log</a>.</p>`}
      </div>
      <div>
        <h3>Headers</h3>
        <table class="headers">
          <thead class="unseen">
            <tr>
              <th>name</th>
              <th>value</th>
            </tr>
          </thead>
          <tbody>
            ${shown.headers.map(
              ({ name, value, kind }) =>
                html`<tr key=${name}>
                  <td class="mono" title=${headerKinds[kind]}>${name}</td>
                  <td class="mono value ${kind}">
                    ${kind === 'sensitive' && open === undefined ? html`<span class="muted">hidden</span>` : value}
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </div><//
  >`
}

function Places({ failure: { original, deadLetter, topic } }) {
  const place = (title, where) =>
    where &&
    html`<div>
      <dt>${title}</dt>
      <dd class="mono">${where.topic} · partition ${where.partition} · offset ${where.offset}</dd>
    </div>`
  return html`<dl class="facts card pad">
    ${place('first in', original)}${place('dead letter in', deadLetter)}${
      topic &&
      html`<div>
        <dt>topic</dt>
        <dd>${topic}</dd>
      </div>`
    }
  </dl>`
}
