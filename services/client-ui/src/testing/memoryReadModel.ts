import type { Acceptance } from '../order/acceptance.ts'
import type { Product } from '../order/order.ts'
import type { Acceptances, FirstRequest } from '../readModel/acceptances.ts'
import type { ReadModel } from '../readModel/port.ts'
import { type AcceptanceRow, type HistoryRow, toOrder } from '../readModel/rows.ts'

/** What an event says, as far as the page shows it. */
export interface Happening {
  readonly detail?: object
  readonly totalCents?: number
  readonly at?: Date
}

type Accepted = Partial<Pick<Acceptance, 'acceptedAt' | 'customerId' | 'lines' | 'traceId'>>

export interface MemoryReadModel {
  readonly readModel: ReadModel
  readonly acceptances: Acceptances
  readonly failedReads: () => number
  readonly accept: (orderId: string, more?: Accepted) => void
  readonly publish: (orderId: string, type: string, more?: Happening) => void
  readonly restock: (products: readonly Product[]) => void
}

/** A read model in memory, which cannot be asked while `away.database` is set. */
export function memoryReadModel(initial: readonly Product[], away: { database: boolean }): MemoryReadModel {
  let products = initial
  let entries = 0
  let failedReads = 0
  const accepted = new Map<string, AcceptanceRow>()
  const histories = new Map<string, HistoryRow[]>()
  let changes = 0

  const answer = async <T>(value: () => T): Promise<T> => {
    if (!away.database) return value()
    failedReads++
    throw new Error('The fake database is away.')
  }
  const known = () => [...new Set([...accepted.keys(), ...histories.keys()])]
  const acceptedAt = (orderId: string, { at }: HistoryRow) => accepted.get(orderId)?.accepted_at ?? at
  const readModel: ReadModel = {
    snapshot: () => answer(() => String(changes)),
    orders: (ids) =>
      answer(() =>
        known()
          .filter((orderId) => ids.includes(orderId))
          .map((orderId) => toOrder(orderId, accepted.get(orderId), histories.get(orderId) ?? [])),
      ),
    newest: (limit) => answer(() => known().slice(-limit)),
    late: () => answer(() => []),
    lastAnswers: () =>
      answer(() => new Map([...histories].flatMap(([orderId, rows]) => rows.map((row) => [row.type, acceptedAt(orderId, row)])))),
    catalogue: () => answer(() => [...products]),
  }
  const accept: MemoryReadModel['accept'] = (orderId, more = {}) => {
    const { acceptedAt: accepted_at = new Date(), customerId: customer_id = 'ada', lines = [], traceId: trace_id = null } = more
    accepted.set(orderId, { order_id: orderId, accepted_at, customer_id, lines, currency: 'EUR', trace_id })
    changes += 1
  }
  return {
    readModel,
    acceptances: memoryAcceptances(accept),
    failedReads: () => failedReads,
    accept,
    publish(orderId, type, { detail, totalCents, at = new Date() } = {}) {
      const total = totalCents === undefined ? null : String(totalCents)
      const row = { order_id: orderId, entry: String(++entries), type, at, total_cents: total, detail: detail ?? null }
      histories.set(
        orderId,
        [...(histories.get(orderId) ?? []), row].toSorted((one, other) => one.at.getTime() - other.at.getTime()),
      )
      changes += 1
    },
    restock: (changedProducts) => void (products = changedProducts),
  }
}

function memoryAcceptances(accept: MemoryReadModel['accept']): Acceptances {
  const requests = new Map<string, FirstRequest>()
  const remember = ({ orderId, requestHash, acceptedAt }: Acceptance, isAccepted: boolean) =>
    void requests.set(orderId, { requestHash, acceptedAt, isAccepted })
  return {
    async claim(acceptance) {
      const first = requests.get(acceptance.orderId)
      if (first === undefined) remember(acceptance, false)
      return first
    },
    remembers: (orderId) => requests.has(orderId),
    record(acceptance) {
      remember(acceptance, true)
      accept(acceptance.orderId, acceptance)
    },
    close: async () => {},
  }
}
