import { queryOf } from '../api.js'
import { focusedRow, useKeys } from '../keys.js'
import { askArchive, restore } from '../parts/archive.js'
import { askReplay } from '../parts/replay.js'
import { FailureState, Fresh, TroubleBox, Waiting, When } from '../parts/small.js'
import { useCalmList, useResource } from '../resource.js'
import { go } from '../router.js'
import { useMay } from '../summary.js'
import { html, useEffect, useState } from '../view.js'
import { counted, plural, shortId, shortType } from '../words.js'
import { Export } from './groupDetail.js'
import { NothingFailed, toggled } from './groups.js'

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
                  <label class="box"
                    ><input
                      type="checkbox"
                      aria-label="Select the messages of this page"
                      checked=${picking.isPagePicked}
                      onChange=${picking.togglePage}
                  /></label>
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
        <nav class="pager" aria-label="Pages of messages">
          <button type="button" class="small" disabled=${cursors.length === 1} onClick=${() => setCursors(cursors.slice(0, -1))}>
            ← Newer
          </button>
          <span class="muted num">${counted(begin)}–${counted(begin + rows.length - 1)} of ${counted(list.data?.total)}</span>
          <button
            type="button"
            class="small"
            disabled=${!list.data?.next}
            onClick=${() => setCursors([...cursors, list.data.next])}
          >
            Older →
          </button>
        </nav>`
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

/** Which messages one has picked: some, or all that match. */
function usePicking(query, rows, total) {
  const may = useMay('operator')
  const [state, setState] = useState({ query, ids: new Set(), isAll: false })
  const { ids, isAll } = state.query === query ? state : { ids: new Set(), isAll: false }
  const set = (next) => setState({ query, ids, isAll: false, ...next })
  const here = rows.filter(({ isGone }) => !isGone).map(({ item }) => item.id)
  const isPagePicked = here.length > 0 && (isAll || here.every((id) => ids.has(id)))
  return {
    may,
    here,
    isAll,
    ids,
    count: isAll ? total : ids.size,
    isPagePicked,
    canHaveAll: isPagePicked && !isAll && total > ids.size,
    has: (id) => isAll || ids.has(id),
    toggle: (id) => set({ ids: toggled(isAll ? new Set(here) : ids, id) }),
    togglePage: () => set({ ids: isPagePicked ? new Set() : new Set([...ids, ...here]) }),
    pickAll: () => set({ isAll: true }),
    clear: () => set({ ids: new Set() }),
  }
}

/** What can be done to what is picked. Its line is always there, so that nothing moves when one picks. */
function Picked({ picking, filter, isWide, total, fresh, showFresh }) {
  const { may, isAll, ids, count, clear } = picking
  const selection = isAll ? { filter } : { ids: [...ids] }
  const isArchive = filter.state === 'archived'
  const focused = () => (picking.here.includes(focusedRow()) ? focusedRow() : undefined)
  const meant = () => (count > 0 ? [selection] : focused() === undefined ? [] : [{ ids: [focused()] }])
  useKeys({
    ...(may && {
      r: ['replay what is selected, or this message', () => meant().length > 0 && askReplay(meant(), { onSent: clear })],
      e: ['edit and replay this message', () => focused() !== undefined && go(`/failures/${focused()}/edit`)],
      a: [
        'archive what is selected, or this message',
        () => meant().length > 0 && askArchive(meant(), count || 1, { onDone: clear }),
      ],
    }),
    Escape: ['clear the selection', () => count > 0 && clear()],
  })
  return html`<div class="list-head">
    ${
      count === 0
        ? html`<span class="muted num">${total === undefined ? '' : plural(total, 'message')}</span><span class="spring"></span
            ><${Fresh} count=${fresh} onShow=${showFresh} />${isWide && html`<${Export} filter=${filter} />`}`
        : html`<span class="num"><b>${isAll ? `All ${counted(count)}` : counted(count)} selected</b></span>
            ${picking.canHaveAll && html`<button type="button" class="quiet small" onClick=${picking.pickAll}>Select all ${counted(total)} that match</button>`}
            <span class="spring"></span>
            ${
              isArchive
                ? html`<button type="button" class="small" onClick=${() => restore([selection], { onDone: clear })}>
                    Restore ${counted(count)}
                  </button>`
                : html`<button
                      type="button"
                      class="small ${isWide ? 'primary' : ''}"
                      onClick=${() => askReplay([selection], { onSent: clear })}
                    >
                      Replay ${counted(count)}
                    </button>
                    <button type="button" class="small" onClick=${() => askArchive([selection], count, { onDone: clear })}>
                      Archive ${counted(count)}
                    </button>`
            }
            <button type="button" class="quiet small" onClick=${clear}>Clear</button>`
    }
  </div>`
}

function Row({ item, isGone, isWide, picking }) {
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
        <label class="box"
          ><input
            type="checkbox"
            aria-label="Select ${shortType(type)} ${shortId(messageId)}"
            checked=${picking.has(id)}
            onChange=${() => picking.toggle(id)}
        /></label>
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
