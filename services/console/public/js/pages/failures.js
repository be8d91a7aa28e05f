import { queryOf } from '../api.js'
import { FailureTable } from '../failures/table.js'
import { GroupDetail } from '../failures/groupDetail.js'
import { Groups } from '../failures/groups.js'
import { filterOf, groupings, stateFilters } from '../filters.js'
import { Search } from '../parts/search.js'
import { Choice, Fact, Section, Since } from '../parts/small.js'
import { useResource } from '../resource.js'
import { goQuery } from '../router.js'
import { Guards, Head } from '../parts/head.js'
import { useSummary } from '../summary.js'
import { html, useEffect, useRef, useState } from '../view.js'
import { counted } from '../words.js'

/** Failed messages: what failed, how many, since when, why; and what puts it right. */
export function Page({ query }) {
  const summary = useSummary()
  const by = groupings[query.by] === undefined ? 'error' : query.by
  const filter = filterOf(query)
  return html` <${Head} title="Failed messages"><${Guards} summary=${summary} /><//>
    <${Now} summary=${summary} />
    <${Filters} query=${query} by=${by} />
    ${by === 'none' ? html`<${Section} title="Messages" class="flush"><${FailureTable} filter=${filter} isWide /><//>` : html`<${Grouped} by=${by} filter=${filter} query=${query} />`}`
}

function Now({ summary }) {
  if (summary === undefined)
    return html`<section class="card strip five" aria-label="Now">
      ${['unresolved', 'waiting for a retry', 'oldest failure', 'replays running', 'endpoints'].map((name) => html`<${Fact} key=${name} name=${name}>…<//>`)}
    </section>`
  const { unresolved, waitingForRetry, oldestFailure, replaysRunning, endpoints, silent } = summary
  const [running] = replaysRunning
  return html`<section class="card strip five" aria-label="Now">
    <${Fact} name="unresolved" kind=${unresolved > 0 ? 'fail' : ''}>${counted(unresolved)}<//>
    <${Fact} name="waiting for a retry">${counted(waitingForRetry)}<//>
    <${Fact} name="oldest failure">${oldestFailure === null ? '–' : html`<${Since} at=${oldestFailure} isLong />`}<//>
    <${Fact} name="replays running"
      >${replaysRunning.length}${running !== undefined && html` <small class="muted">${counted(running.resolved)} of ${counted(running.total)}</small>`}<//
    >
    <${Fact} name="endpoints" href="/endpoints"
      >${counted(endpoints)}${silent > 0 && html` <small class="failed">${silent} silent</small>`}<//
    >
  </section>`
}

function Filters({ query, by }) {
  const set = (name) => (value) => goQuery({ [name]: value, ...(name !== 'group' && { group: undefined }) })
  const endpoints = useResource('/api/groups?by=endpoint', { hints: ['groups'] }).data?.items ?? []
  const names = [...new Set([...endpoints.map(({ title }) => title), ...(query.endpoint ? [query.endpoint] : [])])].toSorted()
  const isMore = Boolean(query.type || query.errorType || query.from || query.to)
  return html`<div class="filters">
    <div class="bar">
      <${Search}
        value=${query.q ?? ''}
        label="Search"
        placeholder="Order id, text in the body, header, error …"
        onSearch=${(text) => goQuery({ q: text, group: undefined }, { replace: true })}
      />
      <${Choice}
        label="Endpoint"
        value=${query.endpoint ?? ''}
        options=${{ '': 'all', ...Object.fromEntries(names.map((name) => [name, name])) }}
        onChange=${set('endpoint')}
      />
      <${Choice}
        label="State"
        value=${query.state ?? 'open'}
        options=${Object.fromEntries(Object.entries(stateFilters).map(([key, [word]]) => [key, word]))}
        onChange=${(value) => set('state')(value === 'open' ? '' : value)}
      />
      <${Choice}
        label="Group"
        value=${by}
        options=${groupings}
        onChange=${(value) => set('by')(value === 'error' ? '' : value)}
      />
    </div>
    <details class="more" open=${isMore}>
      <summary>More filters</summary>
      <${MoreFilters} query=${query} set=${set} />
    </details>
  </div>`
}

function MoreFilters({ query, set }) {
  const types = useResource('/api/groups?by=type', {}).data?.items ?? []
  const errors = useResource('/api/groups?by=errorType', {}).data?.items ?? []
  const options = (items, chosen) =>
    Object.fromEntries([
      ['', 'all'],
      ...[...new Set([...items.map(({ title }) => title), ...(chosen ? [chosen] : [])])].map((title) => [title, title]),
    ])
  const local = (iso) => (iso ? iso.slice(0, 19) : '')
  const time = (name, label) =>
    html`<label class="choice"
      ><span>${label} (UTC)</span
      ><input
        type="datetime-local"
        step="1"
        value=${local(query[name])}
        onChange=${({ currentTarget: { value } }) => set(name)(value === '' ? '' : new Date(`${value}Z`).toISOString())}
    /></label>`
  return html`<div class="bar">
    <${Choice} label="Message type" value=${query.type ?? ''} options=${options(types, query.type)} onChange=${set('type')} />
    <${Choice}
      label="Error type"
      value=${query.errorType ?? ''}
      options=${options(errors, query.errorType)}
      onChange=${set('errorType')}
    />
    ${time('from', 'Failed after')}${time('to', 'Failed before')}
  </div>`
}

/** From this width on a group is shown beside the list, and the first one at once. */
const beside = matchMedia('(min-width: 1060px)')

function Grouped({ by, filter, query }) {
  const [isBeside, setBeside] = useState(beside.matches)
  useEffect(() => {
    const look = () => setBeside(beside.matches)
    beside.addEventListener('change', look)
    return () => beside.removeEventListener('change', look)
  }, [])
  const groups = useResource(`/api/groups${queryOf({ by, ...filter })}`, {
    hints: ['groups', 'failures', 'replay'],
    keep: true,
  })
  const items = groups.data?.items ?? []
  // Which one is shown does not change by itself when another comes before it.
  const first = useRef({ path: undefined, id: undefined })
  if (first.current.path !== groups.path || first.current.id === undefined)
    first.current = { path: groups.path, id: items[0]?.id }
  const chosen = query.group ?? (isBeside ? first.current.id : undefined)
  const kept = useRef(new Map())
  for (const item of items) kept.current.set(item.id, item)
  const group = kept.current.get(chosen)
  return html`<div class="split ${query.group === undefined ? '' : 'chosen'}">
    <${Groups} by=${by} filter=${filter} groups=${groups} chosen=${chosen} />
    ${group !== undefined && html`<${GroupDetail} key=${chosen} group=${group} by=${group.by} filter=${filter} isThere=${items.includes(group)} />`}
  </div>`
}
