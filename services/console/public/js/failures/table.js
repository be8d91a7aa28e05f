import { queryOf } from '../api.js'
import { Pager } from '../parts/pager.js'
import { Tick, TroubleBox, Waiting } from '../parts/small.js'
import { useCalmList, useResource } from '../resource.js'
import { html, useEffect, useState } from '../view.js'
import { counted } from '../words.js'
import { NothingFailed } from './groups.js'
import { Picked } from './picked.js'
import { usePicking } from './picking.js'
import { Row } from './row.js'

const pageSize = 50

/** How a list can be sorted: column → the name that the API has for it. */
const sortable = { lastFailedAt: 'last failed', firstFailedAt: 'first failed', attempts: 'tries' }

/**
 * Failed messages, page by page, with what can be done to those that one picks.
 * @param filter as the API takes it
 * @param isWide whether it is the page's list, and not that of a group
 * @param onFirst gets the id of the first row
 */
export function FailureTable({ filter, isWide = false, onFirst = () => {} }) {
  const [sort, setSort] = useState('-lastFailedAt')
  const query = JSON.stringify([filter, sort])
  const [place, setPlace] = useState({ query, cursors: [undefined] })
  const cursors = place.query === query ? place.cursors : [undefined]
  const setCursors = (next) => setPlace({ query, cursors: next })
  const size = isWide ? pageSize : 10
  const path = `/api/failures${queryOf({ ...filter, sort, limit: size, cursor: cursors.at(-1) })}`
  const list = useResource(path, { hints: ['failures', 'groups', 'replay'], keep: true })
  const items = list.data?.items
  const { rows, fresh, showFresh } = useCalmList(list.path, items, beyond(items, size, sort))
  const picking = usePicking(query, rows, list.data?.total ?? 0)
  const first = rows[0]?.item.id
  useEffect(() => onFirst(first), [first])
  const begin = (cursors.length - 1) * size + 1
  const left = rows.filter(({ isGone }) => !isGone).length
  const isEmpty = list.data !== undefined && rows.length === 0
  return html`<div class="failures ${isWide ? 'is-wide' : ''}">
    <${Picked}
      picking=${picking}
      filter=${filter}
      isWide=${isWide}
      total=${list.data?.total}
      fresh=${fresh}
      showFresh=${showFresh}
    />
    <${TroubleBox} error=${list.error} reload=${list.reload} />
    ${list.data === undefined && list.error === undefined && html`<${Waiting} rows=${isWide ? 8 : 4} label="Loading messages" />`}
    ${isEmpty && (isWide ? html`<${NothingFailed} filter=${filter} />` : html`<p class="muted pad">No message of this group is like this now.</p>`)}
    ${
      rows.length > 0 &&
      html`<table class="messages" aria-busy=${list.isLoading ? 'true' : 'false'}>
          <thead>
            <tr>
              ${
                picking.may &&
                html`<th class="box-cell">
                  <${Tick} label="Select the messages of this page" isOn=${picking.isPagePicked} onChange=${picking.togglePage} />
                </th>`
              }
              <th>message</th>
              ${
                isWide &&
                html`<th>endpoint</th>
                  <th>error</th>`
              }
              <th class="key">key</th>
              <${SortHead} name="lastFailedAt" sort=${sort} setSort=${setSort} />
              ${isWide && html`<${SortHead} name="firstFailedAt" sort=${sort} setSort=${setSort} />`}
              ${isWide && html`<${SortHead} name="attempts" sort=${sort} setSort=${setSort} right />`}
              <th>state</th>
            </tr>
          </thead>
          <tbody data-rows>
            ${rows.map(({ item, isGone }) => html`<${Row} key=${item.id} item=${item} isGone=${isGone} isWide=${isWide} picking=${picking} />`)}
          </tbody>
        </table>
        <${Pager} of="messages" cursors=${cursors} setCursors=${setCursors} next=${list.data?.next}
          ><span class="muted num"
            >${left === 0 ? 'none left' : `${counted(begin)}–${counted(begin + left - 1)} of ${counted(list.data?.total)}`}</span
          ><//
        >`
    }
  </div>`
}

/** New rows push the last ones to the next page: these are not gone. */
function beyond(items, size, sort) {
  if (items === undefined || items.length < size) return () => false
  const column = sort.replace('-', '')
  const edge = valueOf(items.at(-1)[column])
  return (item) => (sort.startsWith('-') ? valueOf(item[column]) <= edge : valueOf(item[column]) >= edge)
}
const valueOf = (value) => (typeof value === 'string' ? Date.parse(value) : value)

function SortHead({ name, sort, setSort, right = false }) {
  const isThis = sort.endsWith(name)
  const isDown = sort.startsWith('-')
  return html`<th class=${right ? 'right' : ''} aria-sort=${isThis ? (isDown ? 'descending' : 'ascending') : undefined}>
    <button type="button" class="sort" onClick=${() => setSort(isThis && isDown ? name : `-${name}`)}>
      ${sortable[name]}<span aria-hidden="true">${isThis ? (isDown ? ' ↓' : ' ↑') : ''}</span>
    </button>
  </th>`
}
