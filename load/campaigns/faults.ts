import { blast } from './blast.ts'
import type { Campaign, CampaignEvent, Load } from './campaign.ts'
import { allServed, booksAreExact, cameAsPlanned, frontHolds } from './expectations.ts'

/** A blast in the middle of which something goes wrong. How long the drain may take depends on the fault, and is only shown. */
function withFault(load: Load, name: string, question: string, events: readonly Omit<CampaignEvent, 'phase'>[]): Campaign {
  const inBlast = events.map((event) => ({ ...event, phase: 'blast' }))
  return { ...blast(load), name, question, events: inBlast, expectations: [...frontHolds, ...booksAreExact] }
}

/** A tenth of what it took, in the middle of the blast; all of it again when the blast is over. */
export function blastWithSlowGateway(load: Load): Campaign {
  const whole = load.gatewayPerSecond ?? load.rate
  return withFault(
    load,
    'blast-slow-gateway',
    'The payment gateway takes a tenth of what it took. Does anybody but billing notice?',
    [
      { afterSeconds: load.seconds / 4, says: `the gateway takes ${whole / 10}/s`, does: { gatewayPerSecond: whole / 10 } },
      { afterSeconds: load.seconds, says: 'the gateway takes all again', does: { gatewayPerSecond: load.gatewayPerSecond } },
    ],
  )
}

/** For longer than a message is retried by itself (14 s), so that some wait for a person, who sends them back. */
export const blastWithBrokenSales = (load: Load): Campaign =>
  withFault(load, 'blast-broken-sales', 'Sales gets a bug in the middle of the blast. Is an order lost?', [
    { afterSeconds: load.seconds / 4, says: 'sales is broken', does: 'breakSales' },
    { afterSeconds: load.seconds / 2, says: 'sales is mended', does: 'mendSales' },
    { afterSeconds: load.seconds, says: 'what failed is sent back', does: 'replaySales' },
  ])

export const blastWithKilledBilling = (load: Load): Campaign =>
  withFault(load, 'blast-killed-billing', 'A process of billing is killed while it charges cards. Is one charged twice?', [
    { afterSeconds: load.seconds / 2, says: 'billing is killed', does: 'killBilling' },
  ])

/** While the broker is away orders are refused, and their customers try again. So requests fail, and in the end all are served. */
export const blastWithBrokerRestart = (load: Load): Campaign => ({
  ...withFault(load, 'blast-broker-restart', 'The broker is restarted in the middle of the blast. What do customers see?', [
    { afterSeconds: load.seconds / 2, says: 'the broker is restarted', does: 'restartBroker' },
  ]),
  triesAgain: true,
  expectations: [allServed, cameAsPlanned, ...booksAreExact],
})
