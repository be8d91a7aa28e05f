import { NoData } from '../parts/noData.js'
import { Empty, EndpointState, Fact, Pill, Section, Since, TroubleBox, When } from '../parts/small.js'
import { Chart } from '../parts/spark.js'
import { useResource } from '../resource.js'
import { Head } from '../parts/head.js'
import { html } from '../view.js'
import { counted, lasting, longSpan, rate, shortId, shortType } from '../words.js'
import { windowOf, WindowTabs } from './endpoints.js'

/** One endpoint: over time, by message type, by partition, by instance. */
export function Page({ params: { name }, query }) {
  const window = windowOf(query)
  const { data, error, reload } = useResource(`/api/endpoints/${encodeURIComponent(name)}?window=${window}`, {
    hints: ['endpoints', 'failures'],
    keep: true,
  })
  if (data === undefined)
    return html`<${NoData} title=${name} error=${error} reload=${reload}
      ><${Empty} title="There is no endpoint of this name">Those that have been heard are <a href="/endpoints">here</a>.<//><//
    >`
  const { state, outageGuard, series, lag, oldestWaitingSeconds, waitingForRetry, failed, instances } = data
  const minutes = Number(window)
  return html` <div class="top-of">
      <p class="crumb"><a href="/endpoints">← Endpoints</a></p>
      <${Head} title=${name}><${EndpointState} state=${state} /><span class="spring"></span><${WindowTabs} window=${window} /><//>
    </div>
    <${TroubleBox} error=${error} reload=${reload} />
    <section class="card strip five" aria-label="Now">
      <${Fact} name="lag">${counted(lag)}<//>
      <${Fact} name="oldest waiting" kind=${oldestWaitingSeconds > 60 ? 'wait' : ''}
        >${oldestWaitingSeconds > 0 ? longSpan(oldestWaitingSeconds * 1000) : '–'}<//
      >
      <${Fact} name="waiting for a retry">${counted(waitingForRetry)}<//>
      <${Fact} name="outage guard" kind=${outageGuard ? 'wait' : ''}>${outageGuard ? 'on' : 'off'}<//>
      <${Fact} name="failed" kind=${failed > 0 ? 'fail' : ''} href=${failed > 0 ? `/failures?endpoint=${name}` : undefined}
        >${counted(failed)}<//
      >
    </section>
    <p class="muted small">
      The outage guard is on after many failures in a row. Then ${name} handles one message at a time, until one is handled well;
      other messages wait and lose no tries.
    </p>
    <section class="charts" aria-label="Over time">
      <${Chart} series=${series.throughput} title="Messages a second" says=${rate} windowMinutes=${minutes} />
      <${Chart} series=${series.failed} title="Failed tries" says=${counted} windowMinutes=${minutes} kind="fail" />
      <${Chart} series=${series.processing} title="Processing time" says=${lasting} windowMinutes=${minutes} />
      <${Chart} series=${series.critical} title="Critical time" says=${lasting} windowMinutes=${minutes} />
    </section>
    <${Section} title="Message types" class="flush"
      >${
        (data.types ?? []).length === 0
          ? html`<p class="muted pad">It has handled nothing in this window.</p>`
          : html`<table class="cards">
              <thead>
                <tr>
                  <th>type</th>
                  <th>handler</th>
                  <th class="right">a second</th>
                  <th class="right">handled</th>
                  <th class="right">failed</th>
                  <th class="right">processing p95</th>
                  <th class="right">critical p95</th>
                </tr>
              </thead>
              <tbody>
                ${data.types.map(
                  (each) =>
                    html`<tr key=${each.type}>
                      <td><b title=${each.type}>${shortType(each.type)}</b></td>
                      <td class="muted" data-name="handler">${each.handler ?? '–'}</td>
                      <td class="right num" data-name="a second">${rate(each.perSecond)}</td>
                      <td class="right num" data-name="handled">${counted(each.handled)}</td>
                      <td class="right num ${each.failed > 0 ? 'failed' : ''}" data-name="failed">${counted(each.failed)}</td>
                      <td class="right num" data-name="processing p95">${lasting(each.processingMs?.p95)}</td>
                      <td class="right num" data-name="critical p95">${lasting(each.criticalMs?.p95)}</td>
                    </tr>`,
                )}
              </tbody>
            </table>`
      }<//
    >
    <div class="columns even">
      <${Section} title="Instances" class="flush"
        >${
          instances.length === 0
            ? html`<p class="muted pad">None has been heard.</p>`
            : html`<table class="cards">
                <thead>
                  <tr>
                    <th>instance</th>
                    <th>state</th>
                    <th>version</th>
                    <th>up for</th>
                    <th>last heard</th>
                  </tr>
                </thead>
                <tbody>
                  ${instances.map(
                    (each) =>
                      html`<tr key=${each.id}>
                        <td><b>${each.host}</b> <span class="mono muted" title=${each.id}>${shortId(each.id)}</span></td>
                        <td data-name="state">
                          <${EndpointState}
                            state=${each.state}
                          />${!each.ready && each.state === 'running' && html` <${Pill} kind="wait">not ready<//>`}
                        </td>
                        <td class="mono" data-name="version">${each.version}</td>
                        <td data-name="up for"><${Since} at=${each.startedAt} /></td>
                        <td data-name="last heard"><${When} at=${each.lastSeenAt} /></td>
                      </tr>`,
                  )}
                </tbody>
              </table>`
        }<//
      >
      <${Section} title="Partitions" class="flush"
        >${
          (data.partitions ?? []).length === 0
            ? html`<p class="muted pad">It reads no topic.</p>`
            : html`<table class="cards">
                <thead>
                  <tr>
                    <th>topic</th>
                    <th class="right">partition</th>
                    <th class="right">lag</th>
                    <th class="right">oldest</th>
                    <th>instance</th>
                  </tr>
                </thead>
                <tbody>
                  ${data.partitions.map(
                    (each) =>
                      html`<tr key=${`${each.group} ${each.topic} ${each.partition}`}>
                        <td class="mono">${each.topic}</td>
                        <td class="right num" data-name="partition">${each.partition}</td>
                        <td class="right num" data-name="lag">${counted(each.lag)}</td>
                        <td class="right num" data-name="oldest">
                          ${each.oldestWaitingSeconds > 0 ? longSpan(each.oldestWaitingSeconds * 1000) : '–'}
                        </td>
                        <td class="mono muted" data-name="instance">${each.instance ? shortId(each.instance) : 'nobody'}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>`
        }<//
      >
    </div>`
}
