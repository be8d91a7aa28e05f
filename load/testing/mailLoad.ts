import type { Load } from '../campaigns/campaign.ts'

/** A mail to all customers of a small shop: thirty times as many orders as usual, and more than the gateway takes. */
export const mailLoad: Load = {
  rate: 150,
  calm: 5,
  seconds: 120,
  warmUpSeconds: 30,
  tailSeconds: 60,
  gatewayPerSecond: 40,
  bystandersPerSecond: 5,
}
