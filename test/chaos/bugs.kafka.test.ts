import { OrderPlaced, PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import type { FailureGroup } from '@petrel/messaging/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ce, failure, headerText } from '../../packages/messaging/src/headers.ts'
import type { BrokerRecord } from '../../packages/messaging/src/broker/port.ts'
import { petrel, startPetrel } from '../support/cli.ts'
import { openShop, type Shop, stepsOf, wholeJourney } from '../support/shop.ts'
import { eventually } from '../support/stack.ts'

const order = { customerId: 'ada', email: 'ada@example.org', lines: [{ sku: 'green-tea', quantity: 2 }], acceptedAt: null }
const patience = { withinMs: 90_000 }

describe('a bug in a handler', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  test('that is mended while its message waits for a retry leaves nothing behind', async () => {
    await shop.system.breakService('billing', 'the till is jammed')
    const orderId = await shop.placeOrder()
    await eventually(async () => expect(await keysIn('billing.retry.2s')).toContain(orderId), patience)
    await shop.system.mendService('billing')

    expect(stepsOf(await shop.orderHas(orderId, wholeJourney))).toEqual(wholeJourney.toSorted())
    expect((await shop.charges(orderId)).charges).toHaveLength(1)
    expect(await shop.failures('billing')).toEqual([])
    await eventually(async () => expect(await shop.lags(['billing'])).toEqual(new Map()), patience)
  })

  test('that stays is tried after 2, 4 and 8 seconds; then a person mends it and sends back one, and all, though the command is killed', async () => {
    await shop.system.breakService('sales', 'the price list is upside down')
    const orderIds = await sendOrders(500)
    const [one = ''] = orderIds
    const letters = await eventually(async () => {
      const found = (await shop.records('sales.dlt')).filter(({ key }) => orderIds.includes(String(key)))
      expect(found).toHaveLength(orderIds.length)
      return found
    }, patience)
    await expectRetriesOf(one)
    await expectListed(orderIds)
    await shop.system.mendService('sales')

    const letter = letters.find(({ key }) => String(key) === one)
    const id = headerText(letter?.headers ?? {}, ce.id) ?? ''
    expect(await petrel(shop.system, 'replay', 'sales', '--id', id)).toMatchObject({ code: 0, err: '' })
    expect(stepsOf(await shop.orderHas(one, wholeJourney))).toEqual(wholeJourney.toSorted())
    expect(await waiting()).toHaveLength(orderIds.length - 1)

    await killInTheMiddle()
    expect((await waiting()).length).toBeGreaterThan(0)
    expect(await petrel(shop.system, 'replay', 'sales')).toMatchObject({ code: 0, err: '' })

    expect(await waiting()).toEqual([])
    await eventually(async () => expect(await shop.lags()).toEqual(new Map()), patience)
    const placed = (await shop.records(OrderPlaced.topic)).filter(({ key }) => orderIds.includes(String(key)))
    expect(placed.map(keyOf).toSorted()).toEqual(orderIds.toSorted())
    expect(await shop.failures()).toEqual([])
  })

  const keysIn = async (topic: string) => (await shop.records(topic)).map(keyOf)
  const waiting = () => shop.failures('sales')

  async function sendOrders(count: number): Promise<string[]> {
    const orderIds = Array.from({ length: count }, () => uuid7())
    await Promise.all(orderIds.map((orderId) => shop.keeper.send(PlaceOrder({ orderId, ...order }))))
    return orderIds
  }

  async function expectRetriesOf(orderId: string): Promise<void> {
    for (const [index, seconds] of [2, 4, 8].entries()) {
      const retries = (await shop.records(`sales.retry.${seconds}s`)).filter((record) => keyOf(record) === orderId)
      const [{ headers } = { headers: {} }, ...copies] = retries
      expect(copies).toEqual([])
      const due = Number(headerText(headers, failure.dueAt))
      expect(due - Date.parse(headerText(headers, failure.failedAt) ?? '')).toBe(seconds * 1000)
      expect(headerText(headers, failure.delayedRetries)).toBe(String(index + 1))
    }
  }

  async function expectListed(orderIds: readonly string[]): Promise<void> {
    const { code, out } = await petrel(shop.system, 'failures', '--json')
    expect(code).toBe(0)
    const groups = (JSON.parse(out) as FailureGroup[]).filter(({ endpoint }) => endpoint === 'sales')
    expect(groups).toMatchObject([
      { type: PlaceOrder.fullName, errorMessage: 'the price list is upside down', count: orderIds.length },
    ])
    const failures = groups.flatMap((group) => group.failures)
    expect(failures.map(({ key }) => key ?? '').toSorted()).toEqual(orderIds.toSorted())
    expect(new Set(failures.map(({ attempts }) => attempts))).toEqual(new Set([12]))
  }

  /** As soon as the first step of many has left traces. */
  async function killInTheMiddle(): Promise<void> {
    const before = await keysIn('sales.replay')
    const command = startPetrel(shop.system, 'replay', 'sales')
    await eventually(async () => expect((await keysIn('sales.replay')).length).toBeGreaterThan(before.length), { everyMs: 1 })
    command.kill('SIGKILL')
    expect(await command.ended).toMatchObject({ signal: 'SIGKILL' })
  }
})

const keyOf = ({ key }: BrokerRecord): string => String(key)
