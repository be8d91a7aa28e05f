import { escaped, pageHeader } from '@petrel/pages'
import type { Alert, Measured } from './whatItSays.ts'

export interface Watched {
  readonly prometheus: string
  /** Where the shop is: its pages are in the header. */
  readonly shop: string
  readonly measured: readonly Measured[]
  readonly alerts: readonly Alert[]
  /** Names of all dashboards. */
  readonly dashboards: readonly string[]
  readonly wanted: Wanted
}

/** What somebody wants to see. */
export interface Wanted {
  readonly dashboard: string
  /** Of a dashboard that shows one endpoint; empty for its default. */
  readonly endpoint: string
  /** Until now. */
  readonly minutes: number
}

/** How often the page loads itself again, in seconds. */
const REFRESH = 15

/** One page with all that is watched: which alerts fire, a dashboard, and what is measured. One dashboard: each costs Prometheus queries. */
export function watchPage({ prometheus, shop, measured, alerts, dashboards, wanted }: Watched): string {
  return document(
    shop,
    `<h1>Watching the shop</h1>
    <p class="muted">Measured by <a href="${prometheus}/api/v1/query?query=up">Prometheus</a> every five seconds. This page loads itself again every ${REFRESH} s.</p>
    ${card('Alerts', alerts.length > 0 ? list(alerts.map(alertItem)) : '<p>None fires.</p>')}
    <section class="card">
      <nav aria-label="Dashboards">${dashboards.map((name) => dashboardLink(name, wanted)).join(' · ')}</nav>
      <p>${spans.map((minutes) => spanLink(minutes, wanted)).join(' · ')}</p>
      ${picture(wanted)}
    </section>
    ${card('What is measured', list(measured.map((each) => measuredItem(each, wanted))))}`,
  )
}

/** Instead of it, while Prometheus is away. */
export const nothingToSee = (shop: string, why: string): string =>
  document(
    shop,
    `<h1>Watching the shop</h1>${card('Prometheus does not answer', `<p>${escaped(why)}. It is started again by itself.</p>`)}`,
  )

const card = (title: string, content: string) => `<section class="card"><h2>${title}</h2>${content}</section>`

const list = (items: readonly string[]) => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`

const pill = (kind: 'ok' | 'wait' | 'fail', word: string) => `<span class="pill ${kind}">${word}</span>`

const alertItem = ({ name, state, summary }: Alert) =>
  `${pill(state === 'firing' ? 'fail' : 'wait', state)} <strong>${escaped(name)}</strong> ${escaped(summary)} <span class="muted">docs/runbooks/${escaped(name)}.md</span>`

const measuredItem = ({ instance, isUp, problem }: Measured, wanted: Wanted) => {
  const about = link('', { ...wanted, dashboard: 'subscriber', endpoint: instance }, escaped(instance))
  return `${isUp ? pill('ok', 'up') : pill('fail', 'down')} ${about} <span class="muted">${escaped(problem)}</span>`
}

/** Minutes. */
const spans = [5, 15, 60, 24 * 60]

const dashboardLink = (dashboard: string, wanted: Wanted) =>
  link(dashboard === wanted.dashboard ? ' aria-current="page"' : '', { ...wanted, dashboard }, escaped(dashboard))

const spanLink = (minutes: number, wanted: Wanted) =>
  link(
    minutes === wanted.minutes ? ' aria-current="true"' : '',
    { ...wanted, minutes },
    minutes < 60 ? `${minutes} min` : `${minutes / 60} h`,
  )

const link = (attributes: string, wanted: Wanted, text: string) => `<a href="/?${query(wanted)}"${attributes}>${text}</a>`

const query = ({ dashboard, endpoint, minutes }: Wanted) =>
  escaped(new URLSearchParams({ dashboard, minutes: String(minutes), ...(endpoint && { endpoint }) }).toString())

const picture = (wanted: Wanted) =>
  `<img src="/dashboard.svg?${query(wanted)}" alt="The dashboard ${escaped(wanted.dashboard)}" width="100%">`

const document = (shop: string, content: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="refresh" content="${REFRESH}">
    <title>Watching the shop</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/css/tokens.css">
    <link rel="stylesheet" href="/css/frame.css">
    <link rel="stylesheet" href="/watch.css">
  </head>
  <body>
    ${pageHeader(shop)}
    <main id="main">${content}</main>
  </body>
</html>
`
