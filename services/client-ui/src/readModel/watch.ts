import type { Log } from '@petrel/messaging'
import type { Order } from '../order/order.ts'
import type { Changes, ReadModel } from './port.ts'
import { rounds } from './rounds.ts'

/** What a viewer is shown: orders that are new or have changed; when nothing is there yet, an empty list once. */
export interface Shown {
  readonly orders: readonly Order[]
  /** Of the last event of each type, of whatever order: when its order was accepted. */
  readonly lastAnswers: ReadonlyMap<string, Date>
}

/** Somebody who looks at orders: a browser. */
export interface Viewer {
  readonly show: (shown: Shown) => void
  /** The orders cannot be read now: nobody knows whether there are any. `show` follows as soon as they can. */
  readonly unread: () => void
  /** Has not taken what it was shown last: what changes meanwhile is shown together, later. */
  readonly busy: () => boolean
}

export interface Watch {
  /** Shows these orders as soon as they are there, and again whenever they change. @returns a function that ends it */
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
  /** Whether it has been shown anything, or that there is nothing. */
  wasShown: boolean
}

/** One read a round for all viewers together, at most four rounds a second, whatever the number of viewers and changes. */
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
    orders: (ids, viewer) => begin({ viewer, ids: new Set(ids), limit: ids.length, pending: new Set(ids), wasShown: false }),
    latest: (limit, viewer) => begin({ viewer, ids: undefined, limit, pending: 'latest', wasShown: false }),
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
  const taken = waiting.map((watching) => ({ watching, pending: watching.pending }))
  for (const { watching } of taken) watching.pending = new Set()
  try {
    await showTaken(readModel, taken)
  } catch (error) {
    for (const { watching, pending } of taken) {
      if (pending === 'latest') watching.pending = 'latest'
      else note(watching, [...pending])
      watching.wasShown = false
      watching.viewer.unread()
    }
    throw error
  }
}

type Taken = readonly { readonly watching: Watching; readonly pending: Watching['pending'] }[]

async function showTaken(readModel: ReadModel, taken: Taken): Promise<void> {
  if (taken.length === 0) return
  const wanted = await Promise.all(
    taken.map(async ({ watching, pending }) => ({
      watching,
      ids: pending === 'latest' ? new Set(await readModel.latest(watching.limit)) : pending,
    })),
  )
  const [orders, lastAnswers] = await Promise.all([
    readModel.orders([...new Set(wanted.flatMap(({ ids }) => [...ids]))]),
    readModel.lastAnswers(),
  ])
  for (const { watching, ids } of wanted) {
    const own = orders.filter((order) => ids.has(order.orderId))
    if (own.length === 0 && watching.wasShown) continue
    watching.wasShown = true
    watching.viewer.show({ orders: own, lastAnswers })
  }
}
