import type { Log } from '@petrel/messaging'
import type { Order } from '../order/order.ts'
import type { Changes, ReadModel } from './port.ts'
import { rounds } from './rounds.ts'

/** Somebody who looks at orders: a browser. */
export interface Viewer {
  /** These orders are new or have changed. */
  readonly show: (orders: readonly Order[]) => void
  /** Has not taken what it was shown last: what changes meanwhile is shown together, later. */
  readonly busy: () => boolean
}

export interface Watch {
  /** Shows these orders as soon as they are heard of, and again whenever they change. @returns a function that ends it */
  orders(ids: readonly string[], viewer: Viewer): () => void
  /** Shows the latest orders and every order that changes. @returns a function that ends it */
  latest(limit: number, viewer: Viewer): () => void
  /** A viewer is no longer busy. */
  readonly resume: () => void
  close(): Promise<void>
}

interface Watching {
  readonly viewer: Viewer
  /** The orders it looks at; undefined for the latest, whichever these are. */
  readonly ids: ReadonlySet<string> | undefined
  readonly limit: number
  /** What it has yet to be shown; `'latest'` when that must be asked first. */
  pending: Set<string> | 'latest'
}

/** One query a round for all viewers together, at most four rounds a second, whatever the number of viewers and changes. */
export function watchOrders(readModel: ReadModel, changes: Changes, log: Log): Watch {
  const all = new Set<Watching>()
  const round = rounds(() => showPending(readModel, [...all]), log)
  changes.onOrders((changed) => {
    for (const watching of all) note(watching, changed)
    if (all.size > 0) round.soon()
  })
  const begin = (watching: Watching) => {
    all.add(watching)
    round.soon()
    return () => void all.delete(watching)
  }
  return {
    orders: (ids, viewer) => begin({ viewer, ids: new Set(ids), limit: ids.length, pending: new Set(ids) }),
    latest: (limit, viewer) => begin({ viewer, ids: undefined, limit, pending: 'latest' }),
    resume: round.soon,
    close: round.close,
  }
}

function note(watching: Watching, changed: readonly string[] | 'all'): void {
  const { ids, limit, pending } = watching
  if (changed === 'all') watching.pending = ids === undefined ? 'latest' : new Set(ids)
  else if (pending !== 'latest') {
    for (const id of changed) if (ids === undefined || ids.has(id)) pending.add(id)
    // More than fits on the page: only the latest are of interest.
    if (ids === undefined && pending.size > limit) watching.pending = 'latest'
  }
}

async function showPending(readModel: ReadModel, all: readonly Watching[]): Promise<void> {
  const waiting = all.filter(({ viewer, pending }) => !viewer.busy() && (pending === 'latest' || pending.size > 0))
  for (const watching of waiting)
    if (watching.pending === 'latest') watching.pending = new Set(await readModel.latest(watching.limit))
  const taken = waiting.map((watching) => ({ watching, ids: take(watching) }))
  try {
    await showTaken(readModel, taken)
  } catch (error) {
    for (const { watching, ids } of taken) note(watching, [...ids])
    throw error
  }
}

function take(watching: Watching): ReadonlySet<string> {
  const ids = watching.pending === 'latest' ? new Set<string>() : watching.pending
  watching.pending = new Set()
  return ids
}

async function showTaken(
  readModel: ReadModel,
  taken: readonly { watching: Watching; ids: ReadonlySet<string> }[],
): Promise<void> {
  const ids = new Set(taken.flatMap((one) => [...one.ids]))
  if (ids.size === 0) return
  const orders = await readModel.orders([...ids])
  for (const { watching, ids: own } of taken) {
    const shown = orders.filter((order) => own.has(order.orderId))
    if (shown.length > 0) watching.viewer.show(shown)
  }
}
