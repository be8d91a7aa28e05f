import { queryOf } from '../api.js'
import { Search } from '../parts/search.js'
import { Empty, Fresh, Pill, TroubleBox, Waiting, When } from '../parts/small.js'
import { useCalmList, useResource } from '../resource.js'
import { goQuery } from '../router.js'
import { Head } from '../parts/head.js'
import { html } from '../view.js'
import { conversationPath, lasting, plural, shortId, shortType, standingOf } from '../words.js'

/** Finds any order, also those that went well: by its id, a customer's key, or the id of one of its messages. */
export function Page({ query: { q = '' } }) {
  const list = useResource(`/api/conversations${queryOf({ q })}`, { hints: ['endpoints', 'failures'], keep: true })
  const items = list.data?.items.map((item) => ({ ...item, id: item.conversationId }))
  const { rows, fresh, showFresh } = useCalmList(list.path, items, () => true)
  return html` <${Head} title="Orders" />
    <div class="filters">
      <div class="bar">
        <${Search}
          value=${q}
          label="Find an order"
          placeholder="Order id, or the id of a message or conversation"
          onSearch=${(text) => goQuery({ q: text }, { replace: true })}
        />
      </div>
    </div>
    <section class="card" aria-label="Orders">
      <div class="list-head">
        <span class="muted">${q === '' ? 'The latest' : rows.length === 0 ? '' : plural(rows.length, 'conversation')}</span
        ><span class="spring"></span><${Fresh} count=${fresh} onShow=${showFresh} />
      </div>
      <${TroubleBox} error=${list.error} reload=${list.reload} />
      ${list.data === undefined && list.error === undefined && html`<${Waiting} rows=${5} />`}
      ${list.data !== undefined && rows.length === 0 && (q === '' ? html`<${Empty} title="No order yet">Place one in the shop; its whole journey is here a moment later.<//>` : html`<${Empty} title="No order of this id">Check the id. Endpoints whose audit is off (<code>AUDIT=off</code>) do not tell what they handle.<//>`)}
      ${
        rows.length > 0 &&
        html`<table class="orders">
          <thead>
            <tr>
              <th>id</th>
              <th>began with</th>
              <th>began</th>
              <th class="right">messages</th>
              <th class="right">took</th>
              <th>state</th>
            </tr>
          </thead>
          <tbody data-rows>
            ${rows.map(
              ({ item: { conversationId, key, type, startedAt, lastAt, messages, ...standing } }) =>
                html`<tr key=${conversationId} data-row=${conversationId}>
                  <td>
                    <a class="mono" data-go href=${conversationPath(conversationId, key)} title=${key ?? conversationId}
                      >${shortId(key ?? conversationId)}</a
                    >
                  </td>
                  <td>${shortType(type)}</td>
                  <td><${When} at=${startedAt} /></td>
                  <td class="right num">${messages}</td>
                  <td class="right num">${lasting(Date.parse(lastAt) - Date.parse(startedAt))}</td>
                  <td><${Standing} ...${standing} /></td>
                </tr>`,
            )}
          </tbody>
        </table>`
      }
    </section>`
}

function Standing(conversation) {
  const [kind, word] = standingOf(conversation)
  return html`<${Pill} kind=${kind}>${word}<//>`
}
