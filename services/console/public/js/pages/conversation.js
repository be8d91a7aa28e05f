import { Flow, Sequence } from '../parts/flow.js'
import { NoData } from '../parts/noData.js'
import { Sagas } from '../parts/sagas.js'
import { Empty, Id, Pill, Section, TroubleBox, When } from '../parts/small.js'
import { useResource } from '../resource.js'
import { Head } from '../parts/head.js'
import { html } from '../view.js'
import { conversationPath, lasting, shortId, standingOf } from '../words.js'

/** Everything that one first message led to: an order's whole journey. */
export function Page({ params: { id }, query }) {
  const { data, error, reload } = useResource(conversationPath(id, query.key, '/api'), {
    hints: ['endpoints', 'failures', 'replay'],
  })
  if (data === undefined)
    return html`<${NoData} title="Conversation" error=${error} reload=${reload}
      ><${Empty} title="Nothing is known of this conversation"
        >Endpoints tell what they handle unless their audit is off, and for seven days. <a href="/orders">Find an order</a>.<//
      ><//
    >`
  const handled = data.messages.flatMap((message) => message.handled)
  const begun = data.messages.map(({ sentAt }) => Date.parse(sentAt))
  const ended = handled.map(({ startedAt, durationUs }) => Date.parse(startedAt) + durationUs / 1000)
  const [kind, word] = standingOf(data)
  return html` <div class="top-of">
      <p class="crumb"><a href="/orders">← Orders</a></p>
      <${Head} title=${data.key === null ? 'Conversation' : `Order ${shortId(data.key)}`}><${Pill} kind=${kind}>${word}<//><//>
      <dl class="facts">
        <div>
          <dt>began</dt>
          <dd>${begun.length > 0 && html`<${When} at=${new Date(Math.min(...begun)).toISOString()} />`}</dd>
        </div>
        <div>
          <dt>took</dt>
          <dd class="num">${ended.length > 0 ? lasting(Math.max(...ended) - Math.min(...begun)) : '–'}</dd>
        </div>
        <div>
          <dt>messages</dt>
          <dd class="num">${data.messages.length}</dd>
        </div>
        ${
          data.key !== null &&
          html`<div>
            <dt>key</dt>
            <dd><${Id} value=${data.key} name="key" /></dd>
          </div>`
        }
        <div>
          <dt>conversation</dt>
          <dd><${Id} value=${data.conversationId} name="conversation id" /></dd>
        </div>
        ${
          data.traceUrl
            ? html`<div>
                <dt>trace</dt>
                <dd><a href=${data.traceUrl} target="_blank" rel="noreferrer">open</a></dd>
              </div>`
            : data.traceId &&
              html`<div>
                <dt>trace</dt>
                <dd><${Id} value=${data.traceId} name="trace id" /></dd>
              </div>`
        }
      </dl>
    </div>
    <${TroubleBox} error=${error} reload=${reload} />
    <${Section} title="Who sent what to whom"
      ><div class="pad"><${Flow} conversation=${data} /></div
    ><//>
    <${Section} title="One after the other" class="flush"><${Sequence} conversation=${data} /><//>
    <${Sagas} sagas=${data.sagas} />`
}
