import { expect, test } from 'vitest'
import { campaigns } from '../campaigns/campaigns.ts'
import type { Faults } from '../targets.ts'
import { forHouse } from './forHouse.ts'
import { mailLoad } from '../testing/mailLoad.ts'

/** As the house of cards has them: no broker, nothing that failed to send back, nobody who hears the past. */
const faults: Faults = { breakSales: async () => {}, mendSales: async () => {}, killBilling: async () => {} }

function atHouse(name: string) {
  const campaign = campaigns[name]?.(mailLoad)
  if (campaign === undefined) throw new Error(`There is no campaign ${name}.`)
  return { campaign, house: forHouse(campaign, { faults }) }
}

test('the house of cards gets the same customers, and the same expectations but those of queues', () => {
  const { campaign, house } = atHouse('blast')
  const left = campaign.expectations.filter((expectation) => !house.expectations.includes(expectation))
  expect(left.map(({ metric }) => metric)).toEqual(['waiting_for_billing', 'drain_ratio'])
  expect({ ...house, expectations: [] }).toEqual({ ...campaign, expectations: [] })
})

test('what goes wrong in the shop goes wrong in the house, as far as it has it', () => {
  expect(atHouse('blast-broken-sales').house.events.map(({ does }) => does)).toEqual(['breakSales', 'mendSales'])
  expect(atHouse('blast-killed-billing').house.events.map(({ does }) => does)).toEqual(['killBilling'])
  expect(atHouse('blast-broker-restart').house.events).toEqual([])
  expect(atHouse('blast-slow-gateway').house.events).toHaveLength(2)
})

test('what nobody can see in the house is not asked of it', () => {
  const asked = Object.keys(campaigns).flatMap((name) => atHouse(name).house.expectations.map(({ metric }) => metric))
  expect(asked.filter((metric) => /^(memory|inbox|waiting|drain)/.test(metric))).toEqual([])
})
