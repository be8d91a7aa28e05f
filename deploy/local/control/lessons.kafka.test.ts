import { expect, test } from 'vitest'
import { openShop } from '../../../test/support/shop.ts'
import { eventually } from '../../../test/support/stack.ts'
import { systemState } from '../processes/systemState.ts'
import { lessonsOf } from './lessons.ts'

test('what failed in a service is counted, and replayed when the page asks for it', async () => {
  await using shop = await openShop({ without: ['billing', 'shipping', 'email', 'loyalty'] })
  const state = systemState()
  state.set('sales', 'up')
  const lessons = lessonsOf(state, { brokers: shop.system.addresses.kafkaBrokers.split(',') }, shop.system.prefix)
  const sales = async () => (await lessons.services()).find(({ name }) => name === 'sales')
  try {
    expect(await sales()).toMatchObject({ isRunning: true, failed: 0 })
    await shop.system.breakService('sales', 'the price list is upside down')
    const orderId = await shop.placeOrder()
    await eventually(async () => expect(await sales()).toMatchObject({ failed: 1 }), { withinMs: 60_000 })
    await shop.system.mendService('sales')
    expect(await lessons.replay('sales')).toBe('Sent 1 message back to sales.')
    await shop.orderHas(orderId, ['OrderPlaced'])
    expect(await sales()).toMatchObject({ failed: 0 })
  } finally {
    await lessons.close()
  }
})
