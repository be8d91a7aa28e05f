import type { Campaign } from '../campaigns/campaign.ts'
import { isPossible } from '../runner/eventClock.ts'
import type { Target } from '../targets.ts'

/** Of queues, and of what only Prometheus sees: nobody watches the house. */
const ofTheShop = ['waiting_for_billing', 'drain_ratio', 'memory_growth', 'inbox_rows_an_order']

/** Nothing waits in it but customers, so there is no backlog to judge; and what it does not have cannot fail. */
export const forHouse = (campaign: Campaign, house: Pick<Target, 'faults'>): Campaign => ({
  ...campaign,
  events: campaign.events.filter((event) => isPossible(event, house)),
  expectations: campaign.expectations.filter(({ metric }) => !ofTheShop.includes(metric)),
})
