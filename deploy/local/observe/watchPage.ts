import { pageHeader } from '@petrel/pages'
import type { Alert, Measured } from './whatItSays.ts'

export interface Watched {
  readonly prometheus: string
  /** Where the shop is: its pages are in the header. */
  readonly shop: string
  readonly measured: readonly Measured[]
  readonly alerts: readonly Alert[]
  /** Names of the dashboards that can be drawn. */
  readonly dashboards: readonly string[]
}

/** How often the page loads itself again, in seconds. */
const REFRESH = 15

/** One page with all that is watched: which alerts fire, what is measured, and the pictures of the dashboards. */
export function watchPage({ prometheus, shop, measured, alerts, dashboards }: Watched): string {
  return document(
    shop,
    `<h1>Watching the shop</h1>
    <p class="muted">Measured by <a href="${prometheus}/api/v1/query?query=up">Prometheus</a> every five seconds. This page loads itself again every ${REFRESH} s.</p>
    ${card('Alerts', alerts.length > 0 ? list(alerts.map(alertItem)) : '<p>None fires.</p>')}
    ${dashboards.map(picture).join('\n')}
    ${card('What is measured', list(measured.map(measuredItem)))}`,
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

const measuredItem = ({ instance, isUp, problem }: Measured) =>
  `${isUp ? pill('ok', 'up') : pill('fail', 'down')} ${escaped(instance)} <span class="muted">${escaped(problem)}</span>`

const picture = (name: string) =>
  card(
    escaped(name),
    `<a href="/dashboards/${name}.svg"><img src="/dashboards/${name}.svg" alt="The dashboard ${name}" width="100%"></a>`,
  )

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
  </head>
  <body>
    ${pageHeader(shop)}
    <main id="main">${content}</main>
  </body>
</html>
`

const replacements: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replaceAll(/[&<>"]/g, (letter) => replacements[letter] ?? '')
