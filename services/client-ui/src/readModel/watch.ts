import type { Log } from '@petrel/messaging'
import type { Order } from '../order/order.ts'
import type { ReadModel } from './port.ts'
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
  /** Shows the latest orders and those that are late, and each again whenever it changes. @returns a function that ends it */
  latest(limit: number, viewer: Viewer): () => void
  close(): Promise<void>
}

interface Watching {
  readonly viewer: Viewer
  /** The orders that it looks at now. */
  readonly ids: () => Promise<readonly string[]>
  /** Order id → how much of its history the viewer has been shown. */
  readonly shown: Map<string, string>
  /** Whether it has been shown anything, or that there is nothing. */
  wasShown: boolean
  /** The snapshot of what it was shown last. */
  snapshot: string | undefined
  /** When it is shown all of its orders again: how far the services have come is news, too. */
  wholeAt: number
}

const wholeEveryMs = 10_000
/** Of the latest orders that a viewer was ever shown, so many are followed. */
const mostFollowed = 1000

/** One read a round for all viewers together, at most four rounds a second; none while nobody looks, or nothing changes. */
export function watchOrders(readModel: ReadModel, log: Log): Watch {
  const all = new Set<Watching>()
  const round = rounds(async () => {
    if (all.size === 0) return
    await look(readModel, [...all])
    round.soon()
  }, log)
  const begin = (viewer: Viewer, ids: (shown: ReadonlyMap<string, string>) => Promise<readonly string[]>) => {
    const shown = new Map<string, string>()
    const watching: Watching = { viewer, ids: () => ids(shown), shown, wasShown: false, snapshot: undefined, wholeAt: 0 }
    all.add(watching)
    round.soon()
    return () => void all.delete(watching)
  }
  const late = remembered(wholeEveryMs, () => readModel.late())
  return {
    orders: (ids, viewer) => begin(viewer, async () => ids),
    latest: (limit, viewer) =>
      begin(viewer, async (shown) => {
        const [newest, behind] = await Promise.all([readModel.newest(limit), late()])
        return [...newest, ...behind, ...[...shown.keys()].slice(-mostFollowed)]
      }),
    close: round.close,
  }
}

async function look(readModel: ReadModel, all: readonly Watching[]): Promise<void> {
  try {
    const snapshot = await readModel.snapshot()
    const behind = all.filter((watching) => watching.snapshot !== snapshot && !watching.viewer.busy())
    if (behind.length > 0) await showChanges(readModel, behind)
    for (const watching of behind) watching.snapshot = snapshot
  } catch (error) {
    for (const watching of all) {
      Object.assign(watching, { wasShown: false, snapshot: undefined, wholeAt: 0 })
      // One that does not read is told when it does: otherwise all of it would wait in memory.
      if (!watching.viewer.busy()) watching.viewer.unread()
    }
    throw error
  }
}

async function showChanges(readModel: ReadModel, behind: readonly Watching[]): Promise<void> {
  const wanted = await Promise.all(behind.map(async (watching) => ({ watching, ids: new Set(await watching.ids()) })))
  const [orders, lastAnswers] = await Promise.all([
    readModel.orders([...new Set(wanted.flatMap(({ ids }) => [...ids]))]),
    readModel.lastAnswers(),
  ])
  for (const { watching, ids } of wanted) {
    const own = changed(
      watching,
      orders.filter((order) => ids.has(order.orderId)),
    )
    if (own.length === 0 && watching.wasShown) continue
    watching.wasShown = true
    watching.viewer.show({ orders: own, lastAnswers })
  }
}

function changed(watching: Watching, orders: readonly Order[], now = Date.now()): Order[] {
  const { shown } = watching
  if (now >= watching.wholeAt) {
    watching.wholeAt = now + wholeEveryMs
    shown.clear()
  }
  const own = orders.filter((order) => shown.get(order.orderId) !== progressOf(order))
  for (const order of own) shown.set(order.orderId, progressOf(order))
  return own
}

/** An order gains events, and perhaps the acceptance that was written down late; it never changes otherwise. */
const progressOf = ({ history, acceptedAt }: Order): string => `${history.length} ${acceptedAt?.getTime()}`

/** What was read last, until it is so many milliseconds old. */
function remembered<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let last: { readonly value: T; readonly until: number } | undefined
  return async () => {
    if (last === undefined || Date.now() >= last.until) last = { value: await read(), until: Date.now() + ms }
    return last.value
  }
}
