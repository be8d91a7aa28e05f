import type { Watched } from '../targets.ts'
import type { Answers } from './audit.ts'

/** What customers did and saw for some time. Undefined is what nobody has seen in it. */
export interface Seen {
  /** Orders that customers sent. */
  readonly sent: number
  /** Of those, refused, failed or unanswered. */
  readonly failed: number
  /** Orders that k6 was to send and could not: all its customers were still waiting. */
  readonly unsent: number
  /** Milliseconds until the answer to an order that was sent at that time. */
  readonly p50: number | undefined
  readonly p95: number | undefined
  readonly bystanderP95: number | undefined
}

/** One second of a campaign. */
export interface Tick extends Seen, Partial<Watched> {
  /** After the beginning. */
  readonly second: number
}

/** What k6 says, line by line, and what follows from it second by second. */
export interface Series {
  begin(at: number): void
  line(json: string): void
  answers(): Answers
  ticks(): Tick[]
  tick(second: number): Tick
  /** From the one second until before the other. */
  between(from: number, to: number): Seen
}

interface Point {
  readonly metric: string
  readonly data: { readonly time: string; readonly value: number; readonly tags: Readonly<Record<string, string>> | null }
}

interface Second {
  readonly orders: number[]
  readonly bystanders: number[]
  failed: number
  unsent: number
  watched: Partial<Record<keyof Watched, number>>
}

const watchedMetrics: Readonly<Record<string, keyof Watched>> = {
  waiting_for_billing: 'waitingForBilling',
  waiting: 'waiting',
  oldest_seconds: 'oldestSeconds',
  replicas: 'replicas',
  dead_letters: 'deadLetters',
  memory_bytes: 'memoryBytes',
  inbox_rows: 'inboxRows',
}

export function collectSeries(): Series {
  let beganAt = 0
  const seconds: (Second | undefined)[] = []
  const counted: Record<string, number> = {}
  const secondAt = (at: number) =>
    (seconds[Math.max(0, Math.floor((at - beganAt) / 1000))] ??= {
      orders: [],
      bystanders: [],
      failed: 0,
      unsent: 0,
      watched: {},
    })

  function add({ metric, data: { time, value, tags } }: Point): void {
    const at = Date.parse(time)
    const seen = watchedMetrics[metric]
    if (seen !== undefined) secondAt(at).watched[seen] = value
    else if (metric.startsWith('orders_')) counted[metric] = (counted[metric] ?? 0) + value
    else if (metric === 'dropped_iterations') secondAt(at).unsent += tags?.['who'] === 'customer' ? value : 0
    else if (metric === 'http_req_duration') answered(at - value, value, tags ?? {})
  }

  /** An answer belongs to the second in which it was asked for. */
  function answered(at: number, ms: number, { who, name, expected_response }: Readonly<Record<string, string>>): void {
    if (who === 'bystander') secondAt(at).bystanders.push(ms)
    if (who !== 'customer' || name !== 'POST /api/orders') return
    const second = secondAt(at)
    second.orders.push(ms)
    if (expected_response === 'false') second.failed += 1
  }

  return {
    begin: (at) => void (beganAt = at),
    line: (json) => {
      const point = parsed(json)
      if (point !== undefined) add(point)
    },
    answers: () => ({
      accepted: counted['orders_accepted'] ?? 0,
      unclear: (counted['orders_unclear'] ?? 0) + interrupted(counted),
      refused: counted['orders_refused'] ?? 0,
    }),
    ticks: () => Array.from(seconds, (second, at) => tickOf(at, second)),
    tick: (at) => tickOf(at, seconds[at]),
    between: (from, to) => seenIn(seconds.slice(from, to).filter((second) => second !== undefined)),
  }
}

/** Of orders that were under way when k6 ended before its time nobody knows what became of them. */
const interrupted = ({ orders_asked = 0, orders_accepted = 0, orders_unclear = 0, orders_refused = 0 }: Record<string, number>) =>
  Math.max(0, orders_asked - orders_accepted - orders_unclear - orders_refused)

/** Most lines are of no interest here, and reading each would cost more than all the rest. */
const interesting =
  /^\{"metric":"(http_req_duration|dropped_iterations|orders_\w+|waiting\w*|oldest_seconds|replicas|dead_letters|memory_bytes|inbox_rows)","type":"Point"/

const parsed = (json: string): Point | undefined => (interesting.test(json) ? (JSON.parse(json) as Point) : undefined)

const tickOf = (at: number, second: Second | undefined): Tick => ({
  second: at,
  ...seenIn(second === undefined ? [] : [second]),
  ...second?.watched,
})

function seenIn(seconds: readonly Second[]): Seen {
  const orders = seconds.flatMap((second) => second.orders)
  return {
    sent: orders.length,
    failed: seconds.reduce((sum, { failed }) => sum + failed, 0),
    unsent: seconds.reduce((sum, { unsent }) => sum + unsent, 0),
    p50: percentile(orders, 0.5),
    p95: percentile(orders, 0.95),
    bystanderP95: percentile(
      seconds.flatMap(({ bystanders }) => bystanders),
      0.95,
    ),
  }
}

/** The value that so many are not above; undefined of none. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}
