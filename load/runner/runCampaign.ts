import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Campaign } from '../campaigns/campaign.ts'
import { phaseAt } from '../campaigns/phases.ts'
import type { Books, Customers, Target } from '../targets.ts'
import { type Answers, type Audit, auditOf, isSettled } from './audit.ts'
import { openDesk } from './desk.ts'
import { assertPossible, eventClock, type Happened } from './eventClock.ts'
import { runK6, type Summary } from './k6.ts'
import { phaseMetrics } from './phaseMetrics.ts'
import { planOf } from './plan.ts'
import { collectSeries, type Tick } from './series.ts'

/** What a campaign has shown of a target: all that a report is made from. */
export interface CampaignRun {
  readonly target: string
  readonly campaign: Campaign
  readonly beganAt: string
  readonly ticks: readonly Tick[]
  readonly happened: readonly Happened[]
  readonly audit: Audit
  readonly books: Books
  readonly summary: Summary
}

export interface RunOptions {
  readonly k6: string
  /** Where k6 leaves its summary. */
  readonly folder: string
  readonly prometheusUrl?: string | undefined
  /** Called once a second while it runs. */
  readonly onTick: (tick: Tick | undefined, phase: string) => void
  readonly onEvent: (happened: Happened) => void
  readonly signal: AbortSignal
  /** How long an audit waits for an effect when none comes any more. */
  readonly patienceMs?: number
}

/** Runs a campaign to its end, with the gateway as it wants it, and leaves the target as it was. */
export async function runCampaign(campaign: Campaign, target: Target, options: RunOptions): Promise<CampaignRun> {
  assertPossible(campaign, target)
  await mkdir(options.folder, { recursive: true })
  const customers: Customers = { named: `load${Date.now().toString(36)}`, since: new Date() }
  const series = collectSeries()
  const clock = eventClock(campaign, target, options.onEvent)
  let beganAt: number | undefined
  let audited: { audit: Audit; books: Books } | undefined

  const second = () => (beganAt === undefined ? -1 : (Date.now() - beganAt) / 1000)
  const desk = await openDesk({
    began() {
      series.begin((beganAt = Date.now()))
      clock.begin()
    },
    watch: () => target.watch(),
    async audit() {
      audited = await settledBooks(target, customers, campaign.gatewayPerSecond, () => series.answers(), options.patienceMs)
      return audited.audit
    },
    metrics: () => phaseMetrics(campaign, second()),
  })
  // What is a second old is complete: answers take that long.
  const ticking = setInterval(() => {
    const at = Math.floor(second()) - 2
    if (at >= 0) options.onTick(series.ticks()[at], phaseAt(campaign.phases, at))
  }, 1_000)
  try {
    await target.limitGateway(campaign.gatewayPerSecond)
    const plan = planOf(campaign, { ...target.customers, named: customers.named }, desk.url)
    const summary = await runK6({ ...options, plan, onLine: series.line })
    if (beganAt === undefined || audited === undefined) throw new Error('k6 has ended without a word about customers or books.')
    return {
      target: target.name,
      campaign,
      beganAt: new Date(beganAt).toISOString(),
      ticks: series.ticks(),
      happened: clock.happened(),
      ...audited,
      summary,
    }
  } finally {
    clearInterval(ticking)
    desk.close()
    await clock.end()
    await target.limitGateway(null)
  }
}

const LOOK_EVERY_MS = 1_000
const PATIENCE_MS = 60_000

/** The books when every order is complete, or when nothing was added for long. */
async function settledBooks(
  target: Target,
  customers: Customers,
  gatewayPerSecond: number | null,
  answers: () => Answers,
  patienceMs = PATIENCE_MS,
): Promise<{ audit: Audit; books: Books }> {
  let books = await target.books(customers)
  let changedAt = Date.now()
  while (!isSettled(books, answers()) && Date.now() - changedAt < patienceMs) {
    await sleep(LOOK_EVERY_MS)
    const now = await target.books(customers)
    if (linesIn(now) !== linesIn(books)) changedAt = Date.now()
    books = now
  }
  return { books, audit: auditOf(books, answers(), gatewayPerSecond) }
}

const linesIn = (books: Books): number => Object.values(books).reduce((sum, { length }) => sum + length, 0)
