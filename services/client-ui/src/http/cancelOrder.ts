import { CancelOrder } from '@petrel/contracts'
import type { Context } from 'koa'
import { type Bus, handOver } from '../bus.ts'
import { cancellationId } from '../order/identity.ts'
import { idempotencyKey } from './orderRequest.ts'

/** Hands the wish to cancel over; whether it came in time is told on the order's page. */
export function cancelOrder(bus: Bus) {
  return async (ctx: Context, orderId: string): Promise<void> => {
    const id = cancellationId(orderId, idempotencyKey(ctx.get('Idempotency-Key')))
    await handOver(bus, CancelOrder({ orderId }), id)
    ctx.status = 202
    ctx.body = { orderId }
  }
}
