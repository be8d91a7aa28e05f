import { queryOf } from '../api.js'
import { Checks } from '../parts/checks.js'
import { EventRow } from '../parts/eventRow.js'
import { Empty, Fresh, TroubleBox, Waiting } from '../parts/small.js'
import { useCalmList, useResource } from '../resource.js'
import { Head } from '../parts/head.js'
import { html, useState } from '../view.js'

const most = 200
const step = 50

/** What happened: endpoints that stopped and came back, failures that appeared, replays that are done. */
export function Page() {
  const [limit, setLimit] = useState(step)
  const list = useResource(`/api/events${queryOf({ limit })}`, { hints: ['event'], keep: true })
  const { rows, fresh, showFresh } = useCalmList(list.path, list.data?.items, () => true)
  const checks = useResource('/api/checks', { hints: ['event'] })
  const isReady = (list.data ?? list.error) !== undefined && (checks.data ?? checks.error) !== undefined
  return html` <${Head} title="Events" />
    <${Checks} items=${isReady ? checks.data?.items : undefined} />
    <section class="card" aria-label="Events" key=${isReady ? 'events' : 'waiting'}>
      <div class="list-head">
        <span class="muted">Newest first</span><span class="spring"></span><${Fresh} count=${fresh} onShow=${showFresh} />
      </div>
      <${TroubleBox} error=${list.error} reload=${list.reload} />
      ${!isReady && html`<${Waiting} rows=${8} />`}
      ${isReady && list.data !== undefined && rows.length === 0 && html`<${Empty} title="Nothing has happened yet">An endpoint that stops or comes back, a group of failures that appears, a replay that is done: each is a line here.<//>`}
      <ol class="events" data-rows>
        ${(isReady ? rows : []).map(({ item }) => html`<${EventRow} key=${item.id} event=${item} />`)}
      </ol>
      ${isReady && list.data?.next && limit < most && html`<nav class="pager"><button type="button" class="small" onClick=${() => setLimit(Math.min(most, limit + step))}>Show older ones</button></nav>`}
    </section>`
}
