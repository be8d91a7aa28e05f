import { queryOf } from '../api.js'
import { Checks } from '../parts/checks.js'
import { EventRow } from '../parts/eventRow.js'
import { Empty, Fresh, TroubleBox, Waiting } from '../parts/small.js'
import { useCalmList, useResource } from '../resource.js'
import { Head } from '../shell.js'
import { html, useState } from '../view.js'

const most = 200
const step = 50

/** What happened: endpoints that stopped and came back, failures that appeared, replays that are done. */
export function Page() {
  const [limit, setLimit] = useState(step)
  const list = useResource(`/api/events${queryOf({ limit })}`, { hints: ['event'], keep: true })
  const { rows, fresh, showFresh } = useCalmList(
    `events ${limit <= step ? '' : rowsKey(limit, list)}`,
    list.data?.items,
    () => true,
  )
  return html` <${Head} title="Events" />
    <${Checks} />
    <section class="card" aria-label="Events">
      <div class="list-head">
        <span class="muted">Newest first</span><span class="spring"></span><${Fresh} count=${fresh} onShow=${showFresh} />
      </div>
      <${TroubleBox} error=${list.error} reload=${list.reload} />
      ${list.data === undefined && list.error === undefined && html`<${Waiting} rows=${8} />`}
      ${list.data !== undefined && rows.length === 0 && html`<${Empty} title="Nothing has happened yet">An endpoint that stops or comes back, a group of failures that appears, a replay that is done: each is a line here.<//>`}
      <ol class="events" data-rows>
        ${rows.map(({ item }) => html`<${EventRow} key=${item.id} event=${item} />`)}
      </ol>
      ${list.data?.next && limit < most && html`<nav class="pager"><button type="button" class="small" onClick=${() => setLimit(Math.min(most, limit + step))}>Show older ones</button></nav>`}
    </section>`
}

/** The list begins anew when the longer answer is there, and not before. */
const rowsKey = (limit, list) => (list.isLoading ? limit - step || '' : limit)
