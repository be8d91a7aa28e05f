import { Postpone } from '@petrel/messaging'
import { expect, test } from 'vitest'
import { type ChargeAnswer, type Gateway, GatewayBusy } from './gateway.ts'
import { type Clock, patient } from './patientGateway.ts'

const amount = { orderId: '42', amountCents: 700, currency: 'EUR' }
const charged: ChargeAnswer = { outcome: 'charged', chargeId: 'ch_1' }

/** A gateway that refuses so many times, and then charges. */
function gatewayThatRefuses(times: number, error: Error): Gateway & { readonly asked: () => number } {
  let asked = 0
  const answer = <T>(success: T): Promise<T> => ((asked += 1) > times ? Promise.resolve(success) : Promise.reject(error))
  return { asked: () => asked, charge: () => answer(charged), refund: () => answer({ refundId: 're_1' }) }
}

/** Time passes while somebody waits, and only then. */
function clockOfWaiting(): Clock {
  let now = 0
  return { now: () => now, wait: async (ms) => void (now += ms) }
}

const busy = new GatewayBusy(1_000, 'too many')

test('a gateway that is busy for a moment is asked again, and the order is billed', async () => {
  const gateway = gatewayThatRefuses(2, busy)
  const clock = clockOfWaiting()
  expect(await patient(gateway, 5_000, clock).charge(amount)).toEqual(charged)
  expect([gateway.asked(), clock.now()]).toEqual([3, 2_000])
})

test('one that stays busy is not waited for longer than a handler has time: the order is postponed', async () => {
  const gateway = gatewayThatRefuses(Infinity, busy)
  await expect(patient(gateway, 2_500, clockOfWaiting()).refund(amount)).rejects.toBe(busy)
  expect(gateway.asked()).toBe(3)
})

test('one that is away is not waited for: that may take hours', async () => {
  const away = new Postpone('2s', 'no answer')
  const gateway = gatewayThatRefuses(1, away)
  await expect(patient(gateway, 5_000, clockOfWaiting()).charge(amount)).rejects.toBe(away)
  expect(gateway.asked()).toBe(1)
})

test('one that asks for more patience than there is gets none: the order is postponed at once', async () => {
  const gateway = gatewayThatRefuses(1, new GatewayBusy(7_000, 'closed for lunch'))
  await expect(patient(gateway, 5_000, clockOfWaiting()).charge(amount)).rejects.toMatchObject({ delayMs: 7_000 })
  expect(gateway.asked()).toBe(1)
})
