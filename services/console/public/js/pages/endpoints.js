import { Empty, EndpointState, TroubleBox, Tabs, Waiting } from '../parts/small.js'
import { Spark } from '../parts/spark.js'
import { useResource } from '../resource.js'
import { goQuery } from '../router.js'
import { Head } from '../parts/head.js'
import { html } from '../view.js'
import { counted, lasting, rate, span } from '../words.js'

const windows = { 1: '1 min', 5: '5 min', 15: '15 min', 60: '60 min' }
export const windowOf = (query) => (windows[query.window] === undefined ? '15' : query.window)

export const WindowTabs = ({ window }) =>
  html`<${Tabs}
    label="Window"
    value=${window}
    options=${windows}
    onChange=${(value) => goQuery({ window: value }, { replace: true })}
  />`

/** All endpoints, with how they are. */
export function Page({ query }) {
  const window = windowOf(query)
  const { data, error, reload } = useResource(`/api/endpoints?window=${window}`, { hints: ['endpoints', 'failures'], keep: true })
  return html` <${Head} title="Endpoints"><span class="spring"></span><${WindowTabs} window=${window} /><//>
    <${TroubleBox} error=${error} reload=${reload} />
    <section class="card" aria-label="Endpoints">
      ${data === undefined && error === undefined && html`<${Waiting} rows=${8} />`}
      ${data?.items.length === 0 && html`<${Empty} title="No endpoint yet">An endpoint appears here when it starts. <code>npm start</code> starts the whole shop.<//>`}
      ${
        data?.items.length > 0 &&
        html`<table class="endpoints">
          <thead>
            <tr>
              <th>endpoint</th>
              <th>messages a second</th>
              <th>processing <small>p95</small></th>
              <th>critical time <small>p95</small></th>
              <th class="right">lag</th>
              <th class="right">oldest</th>
              <th class="right">retries</th>
              <th class="right">failed</th>
            </tr>
          </thead>
          <tbody data-rows>
            ${data.items.map((each) => html`<${Row} key=${each.name} endpoint=${each} window=${window} />`)}
          </tbody>
        </table>`
      }
    </section>`
}

function Row({ endpoint, window }) {
  const {
    name,
    state,
    instances,
    outageGuard,
    rates,
    processingMs,
    criticalMs,
    lag,
    oldestWaitingSeconds,
    waitingForRetry,
    failed,
    series,
  } = endpoint
  const minutes = windows[window]
  const alive = instances.filter((instance) => instance.state === 'running').length
  return html`<tr data-row=${name}>
    <td class="name">
      <a data-go href="/endpoints/${name}">${name}</a>
      <${EndpointState} state=${state} /><br /><small class="muted num"
        >${alive === instances.length ? `${alive} ${alive === 1 ? 'instance' : 'instances'}` : `${alive} of ${instances.length} instances`}${outageGuard && html` · <span class="wait-text">outage guard</span>`}</small
      >
    </td>
    <td data-name="a second">
      <span class="with-spark"
        ><b class="num">${rate(rates[window]?.perSecond)}</b
        ><${Spark} series=${series.throughput} label="messages a second, last ${minutes}" says=${rate}
      /></span>
    </td>
    <td data-name="processing">
      <span class="with-spark"
        ><b class="num">${lasting(processingMs.p95)}</b
        ><${Spark} series=${series.processing} label="processing time, last ${minutes}" says=${lasting}
      /></span>
    </td>
    <td data-name="critical time">
      <span class="with-spark"
        ><b class="num">${lasting(criticalMs.p95)}</b
        ><${Spark}
          series=${series.critical}
          label="critical time, last ${minutes}"
          says=${lasting}
          kind=${criticalMs.p95 > 10_000 ? 'wait' : ''}
      /></span>
    </td>
    <td class="right num" data-name="lag">${counted(lag)}</td>
    <td class="right num ${oldestWaitingSeconds > 60 ? 'wait-text' : ''}" data-name="oldest">
      ${oldestWaitingSeconds > 0 ? span(oldestWaitingSeconds * 1000) : '–'}
    </td>
    <td class="right num" data-name="retries">${counted(waitingForRetry)}</td>
    <td class="right num" data-name="failed">
      ${failed > 0 ? html`<a class="failed" href="/failures?endpoint=${name}">${counted(failed)}</a>` : '0'}
    </td>
  </tr>`
}
