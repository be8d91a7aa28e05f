import type { Expectation } from './campaign.ts'

/** Otherwise k6 could not send what was planned, and the campaign says nothing. */
export const cameAsPlanned: Expectation = {
  says: 'Customers came as planned: requests not sent',
  metric: 'dropped_iterations',
  threshold: 'count==0',
  unit: 'count',
}

/** Of customers who try again. */
export const allServed: Expectation = {
  says: 'Customers without an order in the end, though they tried again',
  metric: 'customers_unserved',
  threshold: 'rate==0',
  unit: 'share',
}

/** What every phase of a campaign that looks for a limit has to hold. */
export const stepHolds = { p95Ms: 300, failedShare: 0.001 } as const

/** What a customer and a bystander may expect, whatever happens behind the page. */
export const frontHolds: readonly Expectation[] = [
  {
    says: 'Customers had their answer fast (95 of 100)',
    metric: 'http_req_duration{who:customer}',
    threshold: 'p(95)<300',
    unit: 'ms',
  },
  {
    says: 'At the height, too (95 of 100)',
    metric: 'http_req_duration{who:customer,phase:blast}',
    threshold: 'p(95)<300',
    unit: 'ms',
  },
  {
    says: 'Who only read did not notice (95 of 100)',
    metric: 'http_req_duration{who:bystander}',
    threshold: 'p(95)<300',
    unit: 'ms',
  },
  { says: 'Requests that failed', metric: 'http_req_failed{who:customer}', threshold: 'rate<0.001', unit: 'share' },
  cameAsPlanned,
]

/** What every order that was accepted may expect. */
export const booksAreExact: readonly Expectation[] = [
  {
    says: 'Effects missing: billed, charged, shipped, mailed, points',
    metric: 'audit_missing',
    threshold: 'value==0',
    unit: 'orders',
  },
  { says: 'Effects twice', metric: 'audit_twice', threshold: 'value==0', unit: 'orders' },
  { says: 'Effects of orders that nobody placed', metric: 'audit_unasked', threshold: 'value==0', unit: 'orders' },
  { says: 'Messages that wait for a person at the end', metric: 'dead_letters', threshold: 'value==0', unit: 'messages' },
]

/** Without a backlog nothing was levelled, and the campaign proves nothing. */
export const wasLevelled = (orders: number): Expectation => ({
  says: 'Orders that waited for billing at the height: it was levelled',
  metric: 'waiting_for_billing',
  threshold: `max>${orders}`,
  unit: 'orders',
})

/** Of the time that the gateway's own limit needs for what waits when the last order has come. */
export const drained = (times: number): Expectation => ({
  says: 'The backlog was gone within this part of the time that the gateway itself needs for it',
  metric: 'drain_ratio',
  threshold: `value<=${times}`,
  unit: 'times',
})

/** Of what could grow with time alone. An order makes 15 or 16 messages, and each is in an inbox once. */
export const nothingGrows: readonly Expectation[] = [
  {
    says: 'Memory of all services at the end, in parts of what they had when they were warm',
    metric: 'memory_growth',
    threshold: 'value<=1.2',
    unit: 'times',
  },
  { says: 'Rows that the inboxes got for each order', metric: 'inbox_rows_an_order', threshold: 'value<=18', unit: 'rows' },
]
