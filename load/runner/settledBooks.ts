import { setTimeout as sleep } from 'node:timers/promises'
import type { Books, Customers, Target } from '../targets.ts'
import { type Answers, type Audit, auditOf, isSettled } from './audit.ts'

export interface Audited {
  readonly audit: Audit
  readonly books: Books
}

const LOOK_EVERY_MS = 1_000
/** Longer than the longest pause between two tries of one message. */
const PATIENCE_MS = 150_000

/** The books when every order is complete, or when nothing was added for long. */
export async function settledBooks(
  target: Target,
  customers: Customers,
  answers: () => Answers,
  gatewayPerSecond: number | null,
): Promise<Audited> {
  let books = await target.books(customers)
  let changedAt = Date.now()
  while (!isSettled(books, answers()) && Date.now() - changedAt < PATIENCE_MS) {
    await sleep(LOOK_EVERY_MS)
    const now = await target.books(customers)
    if (linesIn(now) !== linesIn(books)) changedAt = Date.now()
    books = now
  }
  return { books, audit: auditOf(books, answers(), gatewayPerSecond) }
}

const linesIn = (books: Books): number => Object.values(books).reduce((sum, { length }) => sum + length, 0)
