import { titleOf } from '../failures/groups.js'
import { Guards, Head } from '../parts/head.js'
import { useCalmList, useResource } from '../resource.js'
import { useMay, useSummary } from '../summary.js'
import { askReplay } from '../parts/replay.js'
import { Empty, EndpointState, Fact, Fresh, Pill, Section, Since, TroubleBox, Waiting, When } from '../parts/small.js'
import { EventRow } from '../parts/eventRow.js'
import { Spark } from '../parts/spark.js'
import { html } from '../view.js'
import { counted, lasting, plural, rate, shortType } from '../words.js'

/** What is wrong now, and where. */
export function Page() {
  const summary = useSummary()
  const groups = useResource('/api/groups?by=error&state=unresolved', { hints: ['groups', 'failures', 'replay'] })
  const endpoints = useResource('/api/endpoints?window=15', { hints: ['endpoints', 'failures'] })
  const events = useResource('/api/events?limit=6', { hints: ['event'] })
  const isReady = [groups, endpoints, events].every(({ data, error }) => (data ?? error) !== undefined)
  if (!isReady)
    return html`<${Head} title="Overview"><${Guards} summary=${summary} /><//>
      <section class="card" key="waiting"><${Waiting} rows=${8} /></section>`
  return html` <${Head} title="Overview"><${Guards} summary=${summary} /><//>
    <${Verdict} summary=${summary} groups=${groups.data} endpoints=${endpoints.data} />
    <div class="columns">
      <${Wrong} groups=${groups} />
      <${Latest} events=${events} />
    </div>
    <${Section} title="Endpoints" class="flush" aside=${html`<a href="/endpoints">All about them</a>`}>
      <${TroubleBox} error=${endpoints.error} reload=${endpoints.reload} />
      ${endpoints.data === undefined ? html`<${Waiting} rows=${5} />` : html`<${Endpoints} items=${endpoints.data.items} />`}
    <//>`
}

/** The first thing one reads: whether a person is needed. */
function Verdict({ summary, groups, endpoints }) {
  if (summary === undefined) return html`<section class="card verdict"><${Waiting} rows=${2} /></section>`
  const { unresolved, waitingForRetry, oldestFailure, silent, replaysRunning } = summary
  const where = [...new Set((groups?.items ?? []).map(({ endpoint }) => endpoint))]
  const silentNames = (endpoints?.items ?? []).filter(({ state }) => state === 'silent').map(({ name }) => name)
  const isWell = unresolved === 0 && silent === 0
  const running = replaysRunning[0]
  return html`<section class="card verdict ${isWell ? 'ok' : 'fail'}" aria-label="Now">
    <div class="says">
      <p class="big num">${unresolved > 0 ? counted(unresolved) : silent > 0 ? counted(silent) : 'Nothing failed'}</p>
      <p>
        ${
          unresolved > 0
            ? html`<b>${unresolved === 1 ? 'message waits' : 'messages wait'} for a person</b
                >${where.length > 0 && html` in ${where.slice(0, 4).join(', ')}`}. The first failed
                <${When} at=${oldestFailure} />.`
            : silent > 0
              ? html`<b>${silent === 1 ? 'endpoint is' : 'endpoints are'} silent</b
                  >${silentNames.length > 0 && `: ${silentNames.join(', ')}`}.`
              : html`No message waits for a person.`
        }
      </p>
    </div>
    <div class="strip">
      <${Fact} name="waiting for a retry" kind=${waitingForRetry > 0 ? 'wait' : ''}>${counted(waitingForRetry)}<//>
      <${Fact} name="oldest failure">${oldestFailure === null ? '–' : html`<${Since} at=${oldestFailure} isLong />`}<//>
      <${Fact} name="replays running"
        >${running === undefined ? '0' : html`${replaysRunning.length} <small class="muted">${counted(running.resolved)} of ${counted(running.total)}</small>`}<//
      >
      <${Fact} name="endpoints" kind=${silent > 0 ? 'fail' : ''} href="/endpoints"
        >${counted(summary.endpoints)}${silent > 0 && html` <small>${silent} silent</small>`}<//
      >
    </div>
  </section>`
}

function Wrong({ groups }) {
  const { rows, fresh, showFresh } = useCalmList('wrong', groups.data?.items.slice(0, 6))
  const may = useMay('operator')
  return html`<${Section}
    title="What failed"
    class="flush"
    aside=${html`<${Fresh} count=${fresh} onShow=${showFresh} /><a href="/failures">See all</a>`}
  >
    <${TroubleBox} error=${groups.error} reload=${groups.reload} />
    ${groups.data === undefined && groups.error === undefined && html`<${Waiting} rows=${3} />`}
    ${groups.data !== undefined && rows.length === 0 && html`<${Empty} title="Nothing failed">A message that fails at all its tries appears here within a second or two.<//>`}
    <ul class="wrong" data-rows>
      ${rows.map(
        ({ item, isGone }) =>
          html`<li key=${item.id} data-row=${item.id} class=${isGone ? 'gone' : ''}>
            <div class="what">
              <a class="title" data-go href="/failures?group=${encodeURIComponent(item.id)}">${titleOf(item)}</a>
              <p class="muted">
                <a href="/endpoints/${item.endpoint}">${item.endpoint}</a> ·
                ${item.handler ?? shortType(item.type)}${item.frame && html` · <span class="mono">${item.frame}</span>`}
              </p>
              <p class="muted small">
                first <${When} at=${item.firstFailedAt} /> · last
                <${When}
                  at=${item.lastFailedAt}
                />${item.failedAgain > 0 && html` · <span class="again">${counted(item.failedAgain)} failed again</span>`}
              </p>
            </div>
            <div class="n num">${isGone ? '0' : counted(item.count)}</div>
            ${
              isGone
                ? html`<${Pill} kind="ok">on its way<//>`
                : may &&
                  html`<button
                    type="button"
                    aria-label="Replay ${item.count} of ${titleOf(item)}"
                    onClick=${() => askReplay([{ group: item.id, by: 'error' }])}
                  >
                    Replay ${counted(item.count)}
                  </button>`
            }
          </li>`,
      )}
    </ul>
  <//>`
}

function Latest({ events }) {
  const { rows, fresh, showFresh } = useCalmList('latest', events.data?.items, () => true)
  return html`<${Section}
    title="Events"
    class="flush"
    aside=${html`<${Fresh} count=${fresh} onShow=${showFresh} /><a href="/events">All events</a>`}
  >
    <${TroubleBox} error=${events.error} reload=${events.reload} />
    ${events.data === undefined && events.error === undefined && html`<${Waiting} rows=${4} />`}
    ${events.data !== undefined && rows.length === 0 && html`<p class="muted pad">Nothing has happened yet.</p>`}
    <ol class="events">
      ${rows.map(({ item }) => html`<${EventRow} key=${item.id} event=${item} />`)}
    </ol>
  <//>`
}

/** What an endpoint needs attention for, in a word; undefined when for nothing. */
export const worryOf = ({ state, failed, outageGuard, oldestWaitingSeconds }) =>
  state === 'silent' || failed > 0 ? 'fail' : outageGuard || oldestWaitingSeconds > 60 ? 'wait' : undefined

function Endpoints({ items }) {
  if (items.length === 0)
    return html`<${Empty} title="No endpoint yet"
      >An endpoint appears here when it starts. <code>npm start</code> starts the whole shop.<//
    >`
  return html`<ul class="tiles" data-rows>
    ${items.map(
      (each) =>
        html`<li key=${each.name} data-row=${each.name}>
          <a class="tile ${worryOf(each) ?? ''}" data-go href="/endpoints/${each.name}">
            <span class="line"><b>${each.name}</b><${EndpointState} state=${each.state} /></span>
            <${Spark} series=${each.series.throughput} label="messages a second, last 15 minutes" says=${rate} />
            <span class="line small num"
              ><span>${rate(each.rates['15']?.perSecond ?? each.rates['1']?.perSecond)}/s</span
              ><span class="muted">${lasting(each.processingMs.p95)}</span>
              <span class=${each.failed > 0 ? 'failed' : 'muted'}
                >${each.failed > 0 ? plural(each.failed, 'failed', 'failed') : `lag ${counted(each.lag)}`}</span
              ></span
            >
          </a>
        </li>`,
    )}
  </ul>`
}
