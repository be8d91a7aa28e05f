import { describe, expect, test, vi } from 'vitest'
import { endpoint } from '../definition/endpoint.ts'
import { handler } from '../definition/handler.ts'
import { bills, OrderBilled, OrderPlaced } from './testing/messages.ts'
import { ground } from './testing/ground.ts'
import { useVirtualTime } from './testing/virtualTime.ts'

vi.mock('node:timers/promises', () => import('./testing/timersPromises.ts'))
useVirtualTime()

describe('a batch', () => {
  test('is saved once and sent once', async () => {
    const billOrder = handler(OrderPlaced, ({ orderId, number }, { message, insert, publish }) => {
      insert(bills, { message_id: message.id, order_id: orderId, number })
      publish(OrderBilled({ orderId, number }))
    })
    const g = await ground(endpoint({ name: 'billing', handlers: [billOrder], says: [OrderBilled], partitions: 1 }))
    await g.say(OrderPlaced({ orderId: 'a', number: 1 }), OrderPlaced({ orderId: 'b', number: 2 }))
    await g.start()
    await g.settled()
    expect(g.store.rows(bills).map(({ number }) => number)).toEqual([1, 2])
    expect(await g.ids('billing.order-billed')).toHaveLength(2)
  })
})
