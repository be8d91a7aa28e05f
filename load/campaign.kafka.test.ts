import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toolThatIsThere } from '../deploy/tools/build.ts'
import { openShop, type Shop } from '../test/support/shop.ts'
import type { Campaign } from './campaigns/campaign.ts'
import { booksAreExact, frontHolds } from './campaigns/expectations.ts'
import { runCampaign } from './runner/runCampaign.ts'
import { testShop } from './testing/testShop.ts'

// Building it takes minutes: whoever has run a campaign has it.
const k6 = await toolThatIsThere('k6')

/** How fast customers are answered is measured by those who run a campaign, not by a test. */
const mustHold = [...frontHolds.filter(({ metric }) => !metric.startsWith('http_req_duration')), ...booksAreExact]

const shortBlast: Campaign = {
  name: 'short-blast',
  question: 'Does all of it work together?',
  phases: [
    { name: 'warm-up', seconds: 3, from: 5, to: 5 },
    { name: 'blast', seconds: 5, from: 25, to: 25 },
  ],
  bystandersPerSecond: 2,
  gatewayPerSecond: 20,
  events: [{ phase: 'blast', afterSeconds: 2, says: 'billing is killed', does: 'killBilling' }],
  expectations: mustHold,
}

let shop: Shop
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-load-'))
  shop = await openShop()
})
afterAll(async () => {
  await shop?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

test.skipIf(k6 === undefined)(
  'a blast in which billing is killed: every order that the page accepted is billed, charged, shipped, mailed and rewarded once',
  async ({ signal }) => {
    const seen: string[] = []
    const run = await runCampaign(shortBlast, testShop(shop), {
      k6: k6 ?? '',
      folder,
      onTick: (_, phase) => seen.push(phase),
      onEvent: ({ says }) => seen.push(says),
      signal,
    })
    const { accepted } = run.audit.answers
    // An open model plans 140, and whether the last one still comes is a matter of milliseconds.
    expect(accepted).toBeGreaterThan(130)
    expect(run.audit).toMatchObject({ orders: accepted, missing: 0, twice: 0, unasked: 0 })
    expect(run.audit.counts).toEqual({
      accepted,
      billed: accepted,
      charged: accepted,
      shipped: accepted,
      mailed: accepted,
      points: accepted,
    })
    expect(seen).toEqual(expect.arrayContaining(['warm-up', 'blast', 'billing is killed', 'drain']))
    expect(run.ticks.reduce((sum, { sent }) => sum + sent, 0)).toBe(accepted)
    for (const { metric, threshold } of mustHold)
      expect.soft(run.summary.metrics[metric]?.thresholds?.[threshold], `${metric} ${threshold}`).toEqual({ ok: true })
  },
)
