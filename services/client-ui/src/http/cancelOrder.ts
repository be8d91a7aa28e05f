import { CancelOrder } from '@petrel/contracts'
import type { Log } from '@petrel/messaging'
import { notFound } from '@petrel/pages'
import type { Context } from 'koa'
import { type Bus, handOver } from '../bus.ts'
import { cancellationId } from '../order/identity.ts'
import type { Acceptances } from '../readModel/acceptances.ts'
import type { ReadModel } from '../readModel/port.ts'
import { idempotencyKey } from './orderRequest.ts'

/**
 * Hands the wish to cancel over; whether it came in time is shown on the order's page. A wish for an order that is not there is
 * answered here and goes no further. While that cannot be found out it is handed over, and sales settles it.
 */
export function cancelOrder(bus: Bus, acceptances: Acceptances, readModel: ReadModel, log: Log) {
  return async (ctx: Context, orderId: string): Promise<void> => {
    const id = cancellationId(orderId, idempotencyKey(ctx.get('Idempotency-Key')))
    const mayExist = acceptances.remembers(orderId) || (await isReadable(orderId, readModel, log))
    if (!mayExist) throw notFound(`There is no order ${orderId}: there is nothing to cancel.`)
    await handOver(bus, CancelOrder({ orderId }), id)
    ctx.status = 202
    ctx.body = { orderId }
  }
}

/** True, too, when it cannot be found out. */
async function isReadable(orderId: string, readModel: ReadModel, log: Log): Promise<boolean> {
  try {
    return (await readModel.orders([orderId])).length > 0
  } catch (error) {
    log.info({ err: error, orderId }, 'cannot look whether there is such an order; handing the wish to cancel it over')
    return true
  }
}
