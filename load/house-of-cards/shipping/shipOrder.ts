import { trackingCodeFor } from '../../../services/shipping/src/shipOrder.ts'
import type { Keyed } from '../books/keepOnce.ts'
import type { Reply, Request } from '../http/serve.ts'

export interface Parcel {
  readonly orderId: string
  readonly lines: readonly object[]
}

interface Shipment extends Keyed {
  readonly order_id: string
  readonly tracking_code: string
  readonly lines: readonly object[]
  readonly shipped_at: Date
}

/** Hands the parcel to the carrier. */
export const shipOrder =
  (keep: (shipment: Shipment) => Promise<Shipment>) =>
  async ({ key, body: { orderId, lines } }: Request<Parcel>): Promise<Reply> => {
    const wanted = { request_key: key, order_id: orderId, tracking_code: trackingCodeFor(key), lines, shipped_at: new Date() }
    const { tracking_code: trackingCode } = await keep(wanted)
    return { status: 201, body: { trackingCode } }
  }
