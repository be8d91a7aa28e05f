import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toolThatIsThere } from '../deploy/tools/build.ts'
import { openShop, type Shop } from '../test/support/shop.ts'
import type { Campaign } from './campaigns/campaign.ts'
import { booksAreExact } from './campaigns/expectations.ts'
import { passed, verdicts } from './report/verdict.ts'
import { runCampaign } from './runner/runCampaign.ts'
import { testShop } from './testing/testShop.ts'

// Building it takes minutes: whoever has run a campaign has it.
const k6 = await toolThatIsThere('k6')

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
  // What customers see depends on what else the machine does, and is for those who run a campaign; the books do not.
  expectations: booksAreExact,
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
    const { orders, answers, counts } = run.audit
    expect(answers.accepted).toBeGreaterThan(20)
    expect(run.audit).toMatchObject({ missing: 0, twice: 0, unasked: 0 })
    expect(counts).toEqual({ accepted: orders, billed: orders, charged: orders, shipped: orders, mailed: orders, points: orders })
    expect(seen).toEqual(expect.arrayContaining(['warm-up', 'blast', 'billing is killed', 'drain']))
    const { accepted, unclear, refused } = answers
    expect(run.ticks.reduce((sum, { sent }) => sum + sent, 0)).toBe(accepted + unclear + refused)
    expect(verdicts(run).filter(({ held }) => !held)).toEqual([])
    expect(passed(run)).toBe(true)
  },
)
