import http from 'k6/http'
import { Gauge } from 'k6/metrics'
import type { AuditAndGrowth } from '../runner/desk.ts'
import { plan, type Shelves } from './plan.ts'

export { bystander } from './bystander.ts'
export { customer } from './customer.ts'
export { watcher } from './watcher.ts'

export const options = plan.options

const missing = new Gauge('audit_missing')
const twice = new Gauge('audit_twice')
const unasked = new Gauge('audit_unasked')
const drainRatio = new Gauge('drain_ratio')
const memoryGrowth = new Gauge('memory_growth')
const inboxRowsAnOrder = new Gauge('inbox_rows_an_order')

/** Customers buy what there is a lot of: what is nearly sold out is another story. */
const plenty = 100_000

export function setup(): Shelves {
  const response = http.get(`${plan.customers.url}/api/catalogue`)
  if (response.status !== 200) throw new Error(`There is no shop at ${plan.customers.url}: it answers ${response.status}.`)
  const goods = response.json() as { sku: string; available: number }[]
  const skus = goods.filter(({ available }) => available >= plenty).map(({ sku }) => sku)
  if (skus.length === 0) throw new Error(`The shop at ${plan.customers.url} has nothing of which there is plenty.`)
  const { status } = http.post(`${plan.deskUrl}/began`)
  if (status !== 204) throw new Error(`The runner does not answer at ${plan.deskUrl}.`)
  return { skus }
}

/** The runner opens the books when nothing waits any more; what is wrong in them is a threshold like any other. */
export function teardown(): void {
  const response = http.post(`${plan.deskUrl}/audit`, null, { timeout: '15m' })
  if (response.status !== 200) throw new Error(`The books could not be read: ${response.body as string}`)
  const audit = response.json() as unknown as AuditAndGrowth
  missing.add(audit.missing)
  twice.add(audit.twice)
  unasked.add(audit.unasked)
  drainRatio.add(audit.drain.ratio)
  // What is added without a value would be 0, and hold.
  if (audit.growth.memory !== undefined) memoryGrowth.add(audit.growth.memory)
  if (audit.growth.inboxRowsAnOrder !== undefined) inboxRowsAnOrder.add(audit.growth.inboxRowsAnOrder)
}

/** For the runner; what a person reads is made from it. */
export function handleSummary(data: object): Record<string, string> {
  return { [__ENV['SUMMARY'] ?? 'summary.json']: JSON.stringify(data) }
}
