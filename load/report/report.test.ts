import { expect, test } from 'vitest'
import { frontHolds } from '../campaigns/expectations.ts'
import { auditOf } from '../runner/audit.ts'
import type { CampaignRun } from '../runner/runCampaign.ts'
import { curvesOf, smooth } from './curves.ts'
import { page } from './page.ts'
import { recoveryOf, recoverySentences } from './recovery.ts'
import { answerOf, headline, passed, sentences, verdicts } from './verdict.ts'

const began = Date.parse('2026-03-01T10:00:00Z')
const entry = (orderId: string, second: number) => ({ orderId, at: began + second * 1000 + 500 })

const books = {
  accepted: [entry('1', 0), entry('2', 0), entry('3', 1)],
  billed: [entry('1', 1), entry('2', 2), entry('3', 4)],
  charged: [entry('1', 1), entry('2', 2), entry('3', 4)],
  shipped: [entry('1', 2), entry('2', 2), entry('3', 5)],
  mailed: [entry('1', 2), entry('2', 3), entry('3', 4)],
  points: [entry('1', 1), entry('2', 3), entry('3', 4)],
}

const answers = { accepted: 3, unclear: 0, refused: 0 }

const run: CampaignRun = {
  target: 'petrel',
  campaign: {
    name: 'blast',
    question: 'Does the shop <go on>?',
    phases: [{ name: 'blast', seconds: 2, from: 1, to: 2 }],
    bystandersPerSecond: 1,
    gatewayPerSecond: 40,
    events: [],
    expectations: frontHolds.filter(({ metric }) => metric !== 'http_req_duration{who:bystander}'),
  },
  beganAt: new Date(began).toISOString(),
  ticks: [
    { second: 0, sent: 2, failed: 0, unsent: 0, p50: 10, p95: 20, bystanderP95: 5 },
    { second: 1, sent: 1, failed: 0, unsent: 0, p50: 10, p95: 30, bystanderP95: 5 },
  ],
  phases: [{ name: 'blast', sent: 3, failed: 0, unsent: 0, p50: 10, p95: 30, bystanderP95: 5 }],
  happened: [{ second: 1, says: 'billing is killed' }],
  audit: auditOf(books, answers, 40),
  books,
  summary: {
    metrics: {
      'http_req_duration{who:customer}': { values: { 'p(95)': 28.4 }, thresholds: { 'p(95)<300': { ok: true } } },
      'http_req_duration{who:customer,phase:blast}': {
        values: { 'p(95)': 1_312.2 },
        thresholds: { 'p(95)<300': { ok: false } },
      },
      'http_req_failed{who:customer}': { values: { rate: 0.00042 }, thresholds: { 'rate<0.001': { ok: true } } },
    },
  },
}

const step = (name: string, p95: number, failed = 0) => ({ name, sent: 1_000, failed, unsent: 0, p50: 5, p95, bystanderP95: 5 })

test('a verdict says what was, what was allowed, and whether it held', () => {
  expect(verdicts(run)).toEqual([
    expect.objectContaining({ was: '28 ms', allowed: 'less than 300 ms', held: true }),
    expect.objectContaining({ was: '1,312 ms', allowed: 'less than 300 ms', held: false }),
    expect.objectContaining({ was: '0.042 %', allowed: 'less than 0.1 %', held: true }),
    // k6 counts nothing that was not dropped.
    expect.objectContaining({ was: 'nobody has seen it', held: true }),
  ])
  expect(passed(run)).toBe(false)
  expect(headline(run)).toBe('1 of 4 did not hold: petrel, blast.')
  expect(sentences(run)[2]).toBe('✗ At the height, too (95 of 100): 1,312 ms (less than 300 ms)')
})

test('the search for the break point answers with the last step before customers waited or were refused', () => {
  const campaign = { ...run.campaign, name: 'break-point', endsWhenBroken: true }
  const steps = [step('100/s', 20), step('200/s', 45.4), step('300/s', 900, 7), step('400/s', 20)]
  expect(answerOf({ campaign, phases: steps })).toEqual([
    'The front took 200/s, with 45 ms (95 of 100).',
    'It ended with 300/s: 1,000 orders sent, 0 that k6 could not send, 7 failed, 900 ms (95 of 100).',
  ])
  expect(answerOf({ campaign, phases: [step('100/s', 20, 5)] })[0]).toBe('The front did not take even the first step.')
  expect(answerOf({ campaign, phases: [step('100/s', 20)] })[1]).toBe(
    'It was not asked for more than it takes: ask for more (--rate).',
  )
  expect(answerOf(run)).toEqual([])
})

test('a step in which k6 could not send all has not held, however fast the others had their answer', () => {
  const campaign = { ...run.campaign, name: 'break-point', endsWhenBroken: true }
  const steps = [step('100/s', 20), { ...step('200/s', 20), unsent: 3 }]
  expect(answerOf({ campaign, phases: steps })).toEqual([
    'The front took 100/s, with 20 ms (95 of 100).',
    'It ended with 200/s: 1,000 orders sent, 3 that k6 could not send, 0 failed, 20 ms (95 of 100).',
  ])
})

test('what nobody has seen has not held', () => {
  const unseen = { ...run, summary: { metrics: {} } }
  expect(verdicts(unseen).map(({ held }) => held)).toEqual([false, false, false, true])
})

test('an order is done with its last effect, and waits from its acceptance until it is billed', () => {
  const curves = curvesOf(run)
  expect(curves.done).toEqual([0, 0, 1, 1, 0, 1, 0])
  expect(curves.waiting).toEqual([2, 2, 1, 1, 0, 0, 0])
  expect(curves.sent).toEqual([2, 1])
})

const tick = (second: number, p95: number, failed = 0) => ({
  second,
  sent: 100,
  failed,
  unsent: 0,
  p50: 10,
  p95,
  bystanderP95: 5,
})

test('the report says when customers were served again within the limit, and when the backlog was gone', () => {
  // Of each second the two around it count, too.
  const p95s = [20, 20, 20, 20, 20, 2_000, 2_000, 20, 20, 20, 20, 20]
  const troubled = { ...run, ticks: p95s.map((p95, second) => tick(second, p95)) }
  expect(recoveryOf(troubled)).toEqual({ trouble: { from: 3, until: 9 }, mostWaiting: 2, backlogGoneAt: 4, lastCameAt: 2 })
  const said = [
    'From 0:03 on customers waited longer than 300 ms, or failed. From 0:09 on, 6 s later, they were served again.',
    'At most 2 orders were accepted and not billed yet; at 0:04, 2 s after the last customer, none was left.',
  ]
  expect(sentences(troubled).slice(-2)).toEqual(said)
  const html = page([troubled, { ...run, target: 'house of cards' }], '2 cores, 24 GB')
  for (const sentence of said) expect(html).toContain(sentence)
  expect(html).toContain('<tr><td>they were served again from</td><td>0:09</td><td>–</td></tr>')
  expect(html).toContain('<tr><td>none of these was left at</td><td>0:04</td><td>0:04</td></tr>')
})

test('who fails is not served, however fast; and one is not served again when nobody comes any more', () => {
  const failing = [0, 0, 0, 0, 0, 0, 7, 7].map((failed, second) => tick(second, 20, failed))
  const lost = { ...run, ticks: failing, books: { ...books, billed: [entry('1', 1)] } }
  expect(recoveryOf(lost)).toMatchObject({ trouble: { from: 4, until: undefined }, backlogGoneAt: undefined })
  expect(recoverySentences(lost)).toEqual([
    'From 0:04 on customers waited longer than 300 ms, or failed, until the last had come.',
    'At most 2 orders were accepted and not billed yet, and some never were.',
  ])
})

test('what was billed twice, or for nobody, is no order less that waits', () => {
  const billed = [entry('refused', 0), entry('1', 1), entry('1', 1), entry('2', 2), entry('3', 4)]
  expect(recoveryOf({ ...run, books: { ...books, billed } })).toMatchObject({ mostWaiting: 2, backlogGoneAt: 4 })
})

test('where nobody waited longer than the limit, and all is billed in time, that is said', () => {
  const calm = { ...run, books: { ...books, billed: books.accepted } }
  expect(recoverySentences(calm)).toEqual([
    'Customers were served within 300 ms throughout.',
    'No accepted order waited to be billed.',
  ])
})

test('a smoothed curve is the mean of what is near; gaps stay out of it', () => {
  expect(smooth([0, 3, undefined, 9], 1)).toEqual([1.5, 1.5, 6, 9])
})

test('the report is one file with the verdict first, the curves and the books, and nothing in it is markup by mistake', () => {
  const html = page([run], '2 cores, 24 GB')
  expect(html.indexOf('did not hold')).toBeLessThan(html.indexOf('<svg'))
  expect(html.match(/<svg/g)).toHaveLength(3)
  expect(html).toContain('Does the shop &lt;go on&gt;?')
  expect(html).toContain('billing is killed')
  expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/)
  expect(html).toContain('<tr><td>charged by the gateway</td><td>3</td></tr>')
  expect(html).toContain('<tr><td>blast</td><td>3</td><td>0</td><td>0</td><td>10 ms</td><td>30 ms</td><td>5 ms</td></tr>')
})

test('two targets are in one report: their curves in the same pictures, their books side by side', () => {
  const other = { ...run, target: 'house of cards' }
  const html = page([run, other], '2 cores, 24 GB')
  expect(html.match(/<svg/g)).toHaveLength(3)
  expect(html).toContain('done, house of cards')
  expect(html).toContain('<tr><td>charged by the gateway</td><td>3</td><td>3</td></tr>')
})
