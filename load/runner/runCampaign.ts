import { mkdir } from 'node:fs/promises'
import type { Campaign } from '../campaigns/campaign.ts'
import { lengthOf, phaseAt, timed } from '../campaigns/phases.ts'
import type { Books, Customers, Target } from '../targets.ts'
import type { Audit } from './audit.ts'
import { openDesk } from './desk.ts'
import { assertPossible, type EventClock, eventClock, type Happened } from './eventClock.ts'
import { growthOf } from './growth.ts'
import { runK6, type Summary } from './k6.ts'
import { phaseMetrics } from './phaseMetrics.ts'
import { planOf } from './plan.ts'
import { collectSeries, type Seen, type Series, type Tick } from './series.ts'
import { type Audited, settledBooks } from './settledBooks.ts'

/** What a campaign has shown of a target: all that a report is made from. */
export interface CampaignRun {
  readonly target: string
  readonly campaign: Campaign
  readonly beganAt: string
  readonly ticks: readonly Tick[]
  readonly phases: readonly PhaseSeen[]
  readonly happened: readonly Happened[]
  readonly audit: Audit
  readonly books: Books
  readonly summary: Summary
}

/** What customers saw in one phase. */
export interface PhaseSeen extends Seen {
  readonly name: string
}

export interface RunOptions {
  readonly k6: string
  /** Where k6 leaves its summary. */
  readonly folder: string
  /** Called once a second while it runs. */
  readonly onTick: (tick: Tick, phase: string) => void
  readonly onEvent: (happened: Happened) => void
  readonly signal: AbortSignal
}

/** A campaign under way. */
interface Course {
  readonly campaign: Campaign
  readonly target: Target
  readonly customers: Customers
  readonly series: Series
  readonly clock: EventClock
  /** When the first customer came. */
  beganAt?: number
  audited?: Audited
}

/** Runs a campaign to its end, with the gateway as it wants it, and leaves the target whole: the gateway without a limit, nothing broken. */
export async function runCampaign(campaign: Campaign, target: Target, options: RunOptions): Promise<CampaignRun> {
  assertPossible(campaign, target)
  await mkdir(options.folder, { recursive: true })
  const customers: Customers = { named: `load${Date.now().toString(36)}`, since: new Date() }
  const clock = eventClock(campaign, target, options.onEvent)
  const course: Course = { campaign, target, customers, series: collectSeries(), clock }
  const ticking = setInterval(() => tick(course, options), 1_000)
  try {
    await target.limitGateway(campaign.gatewayPerSecond)
    return runOf(course, await sendCustomers(course, options))
  } finally {
    clearInterval(ticking)
    await leave(course)
  }
}

/** What was broken is mended, also when the campaign has ended half way. */
async function leave({ campaign, target, clock }: Course): Promise<void> {
  try {
    await clock.end()
  } finally {
    await target.limitGateway(null)
    for (const { does } of campaign.events) {
      if (does === 'breakSales') await target.faults.mendSales?.()
      if (does === 'stopSubscriber') await target.faults.addSubscriber?.()
      if (does === 'scaleFront') await target.faults.giveFrontBack?.()
    }
  }
}

async function sendCustomers(course: Course, options: RunOptions): Promise<Summary> {
  const { campaign, target, customers, series } = course
  await using desk = await openDesk(deskOf(course))
  await using _ = await target.announce?.(desk.url)
  const plan = planOf(campaign, { ...target.customers, named: customers.named }, desk.url)
  return await runK6({ ...options, plan, onLine: (json) => series.line(json), prometheusUrl: target.prometheusUrl })
}

const deskOf = (course: Course) => ({
  began() {
    course.beganAt = Date.now()
    course.series.begin(course.beganAt)
    course.clock.begin()
  },
  watch: () => course.target.watch(),
  async audit() {
    const { target, customers, series, campaign } = course
    course.audited = await settledBooks(target, customers, () => series.answers(), campaign.gatewayPerSecond)
    return {
      ...course.audited.audit,
      growth: growthOf(series.ticks(), lengthOf(campaign.phases), series.answers().accepted),
    }
  },
  metrics: () => phaseMetrics(course.campaign, secondOf(course)),
})

const secondOf = ({ beganAt }: Course): number => (beganAt === undefined ? -1 : (Date.now() - beganAt) / 1000)

/** Answers to what was asked two seconds ago have come, as a rule. */
const LATE_S = 2

function tick(course: Course, { onTick }: RunOptions): void {
  const second = Math.floor(secondOf(course)) - LATE_S
  if (second >= 0) onTick(course.series.tick(second), phaseAt(course.campaign.phases, second))
}

function runOf({ campaign, target, series, clock, beganAt, audited }: Course, summary: Summary): CampaignRun {
  if (beganAt === undefined || audited === undefined) throw new Error('k6 has ended without a word about customers or books.')
  return {
    target: target.name,
    campaign,
    beganAt: new Date(beganAt).toISOString(),
    ticks: series.ticks(),
    phases: timed(campaign.phases).map(({ name, startsAt, seconds }) => ({
      name,
      ...series.between(startsAt, startsAt + seconds),
    })),
    happened: clock.happened(),
    ...audited,
    summary,
  }
}
