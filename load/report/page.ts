import type { CampaignRun } from '../runner/runCampaign.ts'
import { charts } from './charts.ts'
import { clock, recoveryOf, recoverySentences } from './recovery.ts'
import { answerOf, headline, verdicts } from './verdict.ts'

/** The report: the verdict in words, the curves, the books. One file that needs nothing else. */
export function page(runs: readonly CampaignRun[], machine: string): string {
  const [first] = runs
  const title = runs.map(({ target, campaign }) => `${campaign.name}, ${target}`).join('; ')
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head>
<body>
<h1>${escaped(first?.campaign.question ?? '')}</h1>
<p>${escaped(runs.map(({ beganAt }) => beganAt.slice(0, 16).replace('T', ' ')).join(' and '))} UTC, on ${escaped(machine)}.</p>
${runs.map(verdictOf).join('\n')}
<h2>The curves</h2>
${charts(runs).join('\n')}
<h2>What customers saw, phase by phase</h2>
${runs.map(phasesOf).join('\n')}
<h2>When it recovered</h2>
${recoveriesOf(runs)}
<h2>The books</h2>
${booksOf(runs)}
</body>
</html>
`
}

function verdictOf(run: CampaignRun): string {
  const rows = verdicts(run).map(
    ({ held, says, was, allowed }) =>
      `<tr class="${held ? 'held' : 'broken'}"><td>${held ? '✓' : '✗'}</td><td>${escaped(says)}</td><td>${escaped(was)}</td><td>${escaped(allowed)}</td></tr>`,
  )
  return `<h2>${escaped(headline(run))}</h2>
<table class="verdict"><tr><th></th><th>what was to hold</th><th>it was</th><th>allowed</th></tr>${rows.join('')}</table>
${[...answerOf(run), ...recoverySentences(run), drainOf(run)].map((sentence) => `<p>${escaped(sentence)}</p>`).join('\n')}`
}

function drainOf({ audit: { drain } }: CampaignRun): string {
  if (drain.waiting === 0) return 'When the last order had come, nothing waited for billing.'
  const needed =
    drain.neededSeconds === undefined ? '' : `; the gateway’s limit alone takes ${drain.neededSeconds.toFixed(0)} s for them`
  return `When the last order had come, ${drain.waiting.toLocaleString('en')} waited for billing. They were billed ${drain.seconds.toFixed(0)} s later${needed}.`
}

function phasesOf({ target, phases }: CampaignRun): string {
  const rows = phases.map(
    ({ name, sent, unsent, failed, p50, p95, bystanderP95 }) =>
      `<tr>${[escaped(name), sent.toLocaleString('en'), unsent.toLocaleString('en'), failed.toLocaleString('en'), ms(p50), ms(p95), ms(bystanderP95)].map(cell).join('')}</tr>`,
  )
  const heads = [
    target,
    'orders',
    'not sent',
    'failed',
    'half of them answered within',
    '95 of 100 within',
    'who only read: 95 of 100 within',
  ]
  return `<table><tr>${heads.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr>${rows.join('')}</table>`
}

const ms = (value: number | undefined) => (value === undefined ? '–' : `${Math.round(value).toLocaleString('en')} ms`)

const cell = (content: string) => `<td>${content}</td>`

const at = (second: number | undefined) => (second === undefined ? 'never' : clock(second))

/** In one table, so that two targets can be compared. */
function recoveriesOf(runs: readonly CampaignRun[]): string {
  const cells = runs
    .map(recoveryOf)
    .map(({ trouble, mostWaiting, backlogGoneAt, lastCameAt }) => [
      trouble === undefined ? 'never' : at(trouble.from),
      trouble === undefined ? '–' : at(trouble.until),
      mostWaiting.toLocaleString('en'),
      at(backlogGoneAt),
      at(lastCameAt),
    ])
  const lines = [
    'customers waited longer than 300 ms, or failed, from',
    'they were served again from',
    'accepted and not billed yet, at most',
    'none of these was left at',
    'the last customer came at',
  ].map((what, line) => `<tr><td>${what}</td>${cells.map((column) => cell(column[line] ?? '')).join('')}</tr>`)
  return `<table>${headOf(runs)}${lines.join('')}</table>`
}

const headOf = (runs: readonly CampaignRun[]) =>
  `<tr><th></th>${runs.map(({ target }) => `<th>${escaped(target)}</th>`).join('')}</tr>`

function booksOf(runs: readonly CampaignRun[]): string {
  const lines: readonly [string, (run: CampaignRun) => number][] = [
    ['orders that the page accepted', ({ audit }) => audit.answers.accepted],
    ['refused, or without an answer', ({ audit }) => audit.answers.refused + audit.answers.unclear],
    ['billed', ({ audit }) => audit.counts.billed],
    ['charged by the gateway', ({ audit }) => audit.counts.charged],
    ['shipped', ({ audit }) => audit.counts.shipped],
    ['mailed', ({ audit }) => audit.counts.mailed],
    ['got their points', ({ audit }) => audit.counts.points],
    ['orders that lack an effect', ({ audit }) => audit.missing],
    ['effects twice', ({ audit }) => audit.twice],
    ['effects without an order', ({ audit }) => audit.unasked],
  ]
  const cells = (line: (run: CampaignRun) => number) => runs.map((run) => cell(line(run).toLocaleString('en'))).join('')
  return `<table>${headOf(runs)}${lines.map(([what, line]) => `<tr><td>${what}</td>${cells(line)}</tr>`).join('')}</table>`
}

const style = `
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2328; background: #fff; max-width: 980px; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 2em }
table { border-collapse: collapse } th, td { text-align: left; padding: .2em 1em .2em 0; border-bottom: 1px solid #d8dee4; vertical-align: top }
.verdict td:nth-child(n+3) { white-space: nowrap }
.held td:first-child { color: #1a7f37 } .broken td { color: #b3123b; font-weight: 600 }
svg { width: 100%; height: auto; margin: 1em 0 }`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
