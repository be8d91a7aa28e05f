import type { ObjectThreshold, Options, Scenario } from 'k6/options'
import type { Campaign } from '../campaigns/campaign.ts'
import { stepHolds } from '../campaigns/expectations.ts'
import { drainSeconds, lengthOf, timed, type TimedPhase } from '../campaigns/phases.ts'
import type { CustomerSide } from '../targets.ts'

/** Everything that the scenarios know: k6 has it as JSON in `PLAN`. */
export interface Plan {
  readonly options: Options
  readonly customers: CustomerSide & {
    /** With what their ids begin: the audit finds its orders by it. */
    readonly named: string
    /** When the last of them comes, in seconds after the beginning. */
    readonly untilSecond: number
    /** For how many seconds one tries again to place an order that was refused or had no answer; 0 for not at all. */
    readonly triesForSeconds: number
  }
  /** Where the runner listens: see desk.ts. */
  readonly deskUrl: string
}

/** Customers have an answer within ten seconds, or give up: the page does so, too. */
const PATIENCE_S = 10
/** Who tries again goes on for so long: longer than a broker needs to restart, also where others need the machine. */
const TRYING_S = 60
/** So many seconds' customers may be trying at once. */
const RESTART_S = 25
/** A drain that takes this much longer than it must is not waited for. */
const LONGEST_DRAIN_TIMES = 3
const SHORTEST_WATCH_S = 120

export function planOf(campaign: Campaign, customers: CustomerSide & { readonly named: string }, deskUrl: string): Plan {
  const untilSecond = lengthOf(campaign.phases)
  const triesForSeconds = campaign.triesAgain === true ? TRYING_S : 0
  return {
    options: {
      scenarios: {
        ...Object.fromEntries(
          timed(campaign.phases).map((phase, at) => [`customers-${at}`, customersOf(phase, triesForSeconds)]),
        ),
        bystanders: bystandersOf(campaign),
        watcher: watcherOf(campaign),
      },
      thresholds: thresholdsOf(campaign),
      systemTags: ['status', 'method', 'name', 'scenario', 'expected_response', 'error_code'],
      summaryTrendStats: ['avg', 'min', 'p(50)', 'p(95)', 'p(99)', 'max', 'count'],
      setupTimeout: '60s',
      teardownTimeout: '15m',
    },
    customers: { ...customers, untilSecond, triesForSeconds },
    deskUrl,
  }
}

/** Open: customers come when they come, however long the others wait. So a slow shop cannot hide behind fewer of them. */
function customersOf({ name, startsAt, seconds, from, to }: TimedPhase, triesForSeconds: number): Scenario {
  const most = Math.max(from, to)
  const atOnce = most * (triesForSeconds === 0 ? PATIENCE_S : RESTART_S)
  return {
    executor: 'ramping-arrival-rate',
    exec: 'customer',
    tags: { who: 'customer', phase: name },
    startTime: `${startsAt}s`,
    startRate: from,
    timeUnit: '1s',
    stages: [{ target: to, duration: `${seconds}s` }],
    // As many as can wait at once: made while customers come, one would come too late. 1,500 take half a second of CPU and 200 MB.
    preAllocatedVUs: atOnce,
    maxVUs: atOnce * 2,
    gracefulStop: `${triesForSeconds + PATIENCE_S * 2}s`,
  }
}

function bystandersOf({ phases, bystandersPerSecond, gatewayPerSecond }: Campaign): Scenario {
  return {
    executor: 'constant-arrival-rate',
    exec: 'bystander',
    tags: { who: 'bystander' },
    rate: bystandersPerSecond,
    timeUnit: '1s',
    duration: `${lengthOf(phases) + drainSeconds(phases, gatewayPerSecond)}s`,
    preAllocatedVUs: Math.max(10, bystandersPerSecond),
    maxVUs: bystandersPerSecond * PATIENCE_S * 4,
  }
}

function watcherOf({ phases, gatewayPerSecond }: Campaign): Scenario {
  const drain = drainSeconds(phases, gatewayPerSecond) * LONGEST_DRAIN_TIMES
  return {
    executor: 'per-vu-iterations',
    exec: 'watcher',
    tags: { who: 'watcher' },
    vus: 1,
    iterations: 1,
    maxDuration: `${lengthOf(phases) + Math.max(drain, SHORTEST_WATCH_S)}s`,
  }
}

function thresholdsOf(campaign: Campaign): NonNullable<Options['thresholds']> {
  const byMetric: Record<string, (string | ObjectThreshold)[]> = {}
  for (const { metric, threshold } of campaign.expectations) (byMetric[metric] ??= []).push(threshold)
  return { ...byMetric, ...(campaign.endsWhenBroken === true && endingThresholds(campaign)) }
}

/** Each phase is judged when it is over, and then again while its late answers come. */
function endingThresholds({ phases }: Campaign): Record<string, ObjectThreshold[]> {
  const perPhase = timed(phases).flatMap(({ name, startsAt, seconds }) => {
    const ofPhase = `{who:customer,phase:${name}}`
    const ends = (threshold: string) => [{ threshold, abortOnFail: true, delayAbortEval: `${startsAt + seconds}s` }]
    return [
      [`http_req_duration${ofPhase}`, ends(`p(95)<${stepHolds.p95Ms}`)] as const,
      [`http_req_failed${ofPhase}`, ends(`rate<${stepHolds.failedShare}`)] as const,
      [`dropped_iterations${ofPhase}`, ends('count==0')] as const,
    ]
  })
  return Object.fromEntries(perPhase)
}
