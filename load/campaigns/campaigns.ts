import { blast } from './blast.ts'
import type { Campaign, Load } from './campaign.ts'
import { blastWithBrokenSales, blastWithBrokerRestart, blastWithKilledBilling, blastWithSlowGateway } from './faults.ts'
import { blastWithSubscriber, breakPoint, onlyTheFront, soak } from './more.ts'

/** All that there are, by the name that a person types. */
export const campaigns: Readonly<Record<string, (load: Load) => Campaign>> = {
  blast,
  'blast-new-subscriber': blastWithSubscriber,
  'blast-slow-gateway': blastWithSlowGateway,
  'blast-broken-sales': blastWithBrokenSales,
  'blast-killed-billing': blastWithKilledBilling,
  'blast-broker-restart': blastWithBrokerRestart,
  soak,
  'break-point': breakPoint,
  'only-the-front': onlyTheFront,
}
