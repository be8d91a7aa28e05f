import type { HistoryEntry, Line, Order } from '../order/order.ts'
import { statusOf } from '../order/status.ts'

export interface AcceptanceRow {
  readonly order_id: string
  readonly accepted_at: Date
  readonly customer_id: string
  readonly lines: readonly Line[]
  readonly currency: string
  readonly trace_id: string | null
}

export interface HistoryRow {
  readonly order_id: string
  readonly entry: string
  readonly type: string
  readonly at: Date
  readonly total_cents: string | null
  readonly detail: object | null
}

/** What `recordHistory` keeps of OrderPlaced; histories from before have less of it. */
interface Placement {
  readonly acceptedAt?: string | null
  readonly customerId?: string
  readonly lines?: readonly Line[]
  readonly currency?: string
}

/**
 * An order made of its acceptance, its history, or both: one was lost with a process that stopped while the database was
 * away, the other has not come yet. What travelled with the order counts more than what was noted here.
 */
export function toOrder(orderId: string, acceptance: AcceptanceRow | undefined, rows: readonly HistoryRow[]): Order {
  const placed = rows.find((row) => row.type === 'OrderPlaced')
  const placement: Placement = placed?.detail ?? {}
  const acceptedAt = placement.acceptedAt ? new Date(placement.acceptedAt) : (acceptance?.accepted_at ?? null)
  const total = placed?.total_cents ?? null
  return {
    orderId,
    status: statusOf(rows.map((row) => row.type)),
    acceptedAt,
    customerId: placement.customerId ?? acceptance?.customer_id ?? null,
    lines: placement.lines ?? acceptance?.lines ?? [],
    currency: placement.currency ?? acceptance?.currency ?? null,
    totalCents: total === null ? null : Number(total),
    traceId: acceptance?.trace_id ?? null,
    history: rows.map(toEntry),
  }
}

const toEntry = ({ entry, type, at, detail }: HistoryRow): HistoryEntry => ({
  entry: Number(entry),
  type,
  at,
  // Of the placement nothing is left to tell: it is the order's own data.
  detail: type === 'OrderPlaced' ? null : detail,
})
