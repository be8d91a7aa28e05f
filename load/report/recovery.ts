import { lengthOf } from '../campaigns/phases.ts'
import { stepHolds } from '../campaigns/expectations.ts'
import type { CampaignRun } from '../runner/runCampaign.ts'
import type { Books, Entry } from '../targets.ts'
import { curvesOf, smooth } from './curves.ts'

/** When all was well again; in seconds after the beginning. */
export interface Recovery {
  /** In which customers waited longer than the limit, or failed; undefined when there was no such time. */
  readonly trouble: Trouble | undefined
  /** Orders that were accepted and not billed, at most. */
  readonly mostWaiting: number
  /** When the last order that waited was billed; undefined when some never were. */
  readonly backlogGoneAt: number | undefined
  /** When the last customer came. */
  readonly lastCameAt: number
}

interface Trouble {
  readonly from: number
  /** The first second after the last bad one; undefined when customers were never served well again. */
  readonly until: number | undefined
}

export type Recovered = Pick<CampaignRun, 'ticks' | 'books' | 'beganAt' | 'campaign'>

/** Single seconds have few customers: each is looked at with those around it. */
const AROUND = 2

export function recoveryOf(run: Recovered): Recovery {
  const { waiting } = curvesOf({ ...run, books: { ...run.books, billed: billedOnce(run.books) } })
  const backlog = waiting.map((value) => value ?? 0)
  const lastWith = backlog.findLastIndex((value) => value > 0)
  return {
    trouble: troubleIn(run.ticks),
    mostWaiting: Math.max(0, ...backlog),
    backlogGoneAt: (backlog.at(-1) ?? 0) > 0 ? undefined : lastWith + 1,
    lastCameAt: lengthOf(run.campaign.phases),
  }
}

/** A card that was charged twice, or for an order that was refused, is no order less that waits. */
function billedOnce({ accepted, billed }: Books): Entry[] {
  const left = new Set(accepted.map(({ orderId }) => orderId))
  return billed.toSorted((one, other) => one.at - other.at).filter(({ orderId }) => left.delete(orderId))
}

function troubleIn(ticks: CampaignRun['ticks']): Trouble | undefined {
  const [sent, failed] = [ticks.map((tick) => tick.sent), ticks.map((tick) => tick.failed)]
  const p95 = smooth(
    ticks.map((tick) => tick.p95),
    AROUND,
  )
  const failing = smooth(failed, AROUND)
  const coming = smooth(sent, AROUND)
  const isBad = (second: number) =>
    (p95[second] ?? 0) >= stepHolds.p95Ms || (failing[second] ?? 0) > (coming[second] ?? 0) * stepHolds.failedShare
  const bad = ticks.map((_, second) => second).filter((second) => (sent[second] ?? 0) > 0 && isBad(second))
  const [from, last] = [bad[0], bad.at(-1)]
  if (from === undefined || last === undefined) return undefined
  const servedAgain = sent.findIndex((count, second) => second > last && count > 0)
  return { from, until: servedAgain === -1 ? undefined : servedAgain }
}

/** For terminal and page. */
export function recoverySentences(run: Recovered): string[] {
  const recovery = recoveryOf(run)
  return [customersIn(recovery), backlogIn(recovery)]
}

const limit = `${stepHolds.p95Ms} ms`

function customersIn({ trouble }: Recovery): string {
  if (trouble === undefined) return `Customers were served within ${limit} throughout.`
  const { from, until } = trouble
  if (until === undefined)
    return `From ${clock(from)} on customers waited longer than ${limit}, or failed, until the last had come.`
  return `From ${clock(from)} on customers waited longer than ${limit}, or failed. From ${clock(until)} on, ${until - from} s later, they were served again.`
}

function backlogIn({ mostWaiting, backlogGoneAt, lastCameAt }: Recovery): string {
  if (mostWaiting === 0) return 'No accepted order waited to be billed.'
  const most = `At most ${mostWaiting.toLocaleString('en')} orders were accepted and not billed yet`
  if (backlogGoneAt === undefined) return `${most}, and some never were.`
  const later = backlogGoneAt - lastCameAt
  const when = later > 0 ? `${later} s after the last customer` : 'before the last customer came'
  return `${most}; at ${clock(backlogGoneAt)}, ${when}, none was left.`
}

/** Minutes and seconds. */
export const clock = (second: number): string => `${Math.floor(second / 60)}:${String(second % 60).padStart(2, '0')}`
