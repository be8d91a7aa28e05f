import type { Books, Entry } from '../targets.ts'

/** What k6 has counted at the page. */
export interface Answers {
  readonly accepted: number
  /** No answer, or a 5xx: the order may have been placed all the same. */
  readonly unclear: number
  readonly refused: number
}

export interface Audit {
  readonly answers: Answers
  /** Orders of this campaign in any book. */
  readonly orders: number
  /** Lines in each book. */
  readonly counts: Readonly<Record<keyof Books, number>>
  /** Orders that lack an effect, or are in no book at all though the page accepted them. */
  readonly missing: number
  /** Effects beyond the first of each order. */
  readonly twice: number
  /** Orders in the books beyond those that customers asked for. */
  readonly unasked: number
  readonly drain: Drain
}

export interface Drain {
  /** When the last order was accepted, so many were not billed. */
  readonly waiting: number
  /** From then until the last one was billed. */
  readonly seconds: number
  /** What the gateway alone needs for them; undefined when it takes as many as come. */
  readonly neededSeconds: number | undefined
  /** The one divided by the other; 0 when nothing waited. */
  readonly ratio: number
}

const effects = ['billed', 'charged', 'shipped', 'mailed', 'points'] as const

/** Counts every effect of every order. Pure: the books are read elsewhere. */
export function auditOf(books: Books, answers: Answers, gatewayPerSecond: number | null): Audit {
  const orders = new Set(Object.values(books).flatMap((entries: readonly Entry[]) => entries.map(({ orderId }) => orderId)))
  const withEffect = effects.map((effect) => idsIn(books[effect]))
  const incomplete = [...orders].filter((id) => !withEffect.every((ids) => ids.has(id))).length
  const inNoBook = Math.max(0, answers.accepted - orders.size)
  return {
    answers,
    orders: orders.size,
    counts: countsOf(books),
    missing: incomplete + inNoBook,
    twice: effects.reduce((sum, effect, at) => sum + books[effect].length - (withEffect[at]?.size ?? 0), 0),
    unasked: Math.max(0, orders.size - answers.accepted - answers.unclear),
    drain: drainOf(books, gatewayPerSecond),
  }
}

/** Whether waiting longer can change nothing: every order in the books has every effect, and none is missing. */
export const isSettled = (books: Books, answers: Answers): boolean => auditOf(books, answers, null).missing === 0

function drainOf({ accepted, billed }: Books, gatewayPerSecond: number | null): Drain {
  const lastAccepted = latest(accepted)
  const late = billed.filter(({ at }) => at > lastAccepted)
  const seconds = late.length === 0 ? 0 : (latest(late) - lastAccepted) / 1000
  const neededSeconds = gatewayPerSecond === null ? undefined : late.length / gatewayPerSecond
  const ratio = neededSeconds === undefined || neededSeconds === 0 ? 0 : seconds / neededSeconds
  return { waiting: late.length, seconds, neededSeconds, ratio }
}

const idsIn = (entries: readonly Entry[]): Set<string> => new Set(entries.map(({ orderId }) => orderId))

const latest = (entries: readonly Entry[]): number => entries.reduce((last, { at }) => Math.max(last, at), 0)

const countsOf = (books: Books): Record<keyof Books, number> => ({
  accepted: books.accepted.length,
  billed: books.billed.length,
  charged: books.charged.length,
  shipped: books.shipped.length,
  mailed: books.mailed.length,
  points: books.points.length,
})
