import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toolThatIsThere } from '../../deploy/tools/build.ts'
import type { Campaign, Load } from '../campaigns/campaign.ts'
import { nothingGrows } from '../campaigns/expectations.ts'
import { blastWithBrokerRestart } from '../campaigns/faults.ts'
import { breakPoint, onlyTheFront, soak } from '../campaigns/more.ts'
import { answerOf, verdicts } from '../report/verdict.ts'
import type { Target } from '../targets.ts'
import { fakeShop } from '../testing/fakeShop.ts'
import { runCampaign } from './runCampaign.ts'

// Building it takes minutes: whoever has run a campaign has it.
const k6 = await toolThatIsThere('k6')

const load: Load = {
  rate: 10,
  calm: 5,
  seconds: 2,
  warmUpSeconds: 1,
  tailSeconds: 1,
  gatewayPerSecond: null,
  bystandersPerSecond: 1,
}

const runAt = async (target: Target, campaign: Campaign, signal: AbortSignal) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'petrel-load-'))
  return await runCampaign(campaign, target, { k6: k6 ?? '', folder: folder.path, signal, onTick: () => {}, onEvent: () => {} })
}

describe.skipIf(k6 === undefined)('customers of k6, at a shop of a test', { concurrent: true }, () => {
  test('who is refused while the broker restarts sends the same order again under the same key, until it is taken', async ({
    signal,
  }) => {
    await using shop = await fakeShop(({ before }) => before > 0)
    const short = { name: 'blast', seconds: 2, from: 5, to: 5 }
    const run = await runAt(shop, { ...blastWithBrokerRestart(load), phases: [short] }, signal)
    const keys = new Set(shop.asked.map(({ key }) => key))
    expect(keys.size).toBeGreaterThan(5)
    expect(shop.asked).toHaveLength(keys.size * 2)
    expect(run.audit).toMatchObject({ answers: { accepted: keys.size, unclear: 0, refused: 0 }, missing: 0, unasked: 0 })
    expect(verdicts(run).filter(({ held }) => !held)).toEqual([])
  })

  test('the search for the break point ends with the first step that does not hold', async ({ signal }) => {
    let came = 0
    await using shop = await fakeShop(() => (came += 1) < 12)
    const steps = breakPoint({ ...load, rate: 20, seconds: 8 })
    const run = await runAt(shop, steps, signal)
    const asked = run.phases.filter(({ sent }) => sent > 0).map(({ name }) => name)
    expect(asked.length).toBeLessThan(steps.phases.length)
    expect(answerOf(run).at(-1)).toMatch(/^It ended with \d+\/s: /)
    expect(run.audit).toMatchObject({ missing: 0, unasked: 0 })
  })

  test('a soak in which memory grows has not held', async ({ signal }) => {
    let looks = 0
    const growing = { watch: () => ({ memoryBytes: 1e9 * 1.3 ** (looks += 1), inboxRows: looks }) }
    await using shop = await fakeShop(() => true, growing.watch)
    const run = await runAt(shop, { ...soak({ ...load, seconds: 8 }), expectations: nothingGrows }, signal)
    expect(verdicts(run)).toMatchObject([
      { was: expect.stringMatching(/^\d+\.\d\d times$/), held: false },
      { was: expect.stringMatching(/^0\.\d$/), held: true },
    ])
  })

  test('the front that was scaled is given back, whatever came of the campaign', async ({ signal }) => {
    const done: string[] = []
    await using shop = await fakeShop(() => true)
    const faults = { scaleFront: async () => void done.push('scaled'), giveFrontBack: async () => void done.push('given back') }
    const short = { name: 'warm-up', seconds: 1, from: 5, to: 5 }
    await runAt({ ...shop, faults }, { ...onlyTheFront(load), phases: [short] }, signal)
    expect(done).toEqual(['scaled', 'given back'])
  })

  test('in other campaigns who is refused goes away', async ({ signal }) => {
    await using shop = await fakeShop(({ before }) => before > 0)
    const { triesAgain, ...others } = blastWithBrokerRestart(load)
    const short = { name: 'blast', seconds: 2, from: 5, to: 5 }
    const run = await runAt(shop, { ...others, phases: [short] }, signal)
    expect(triesAgain).toBe(true)
    expect(new Set(shop.asked.map(({ key }) => key)).size).toBe(shop.asked.length)
    expect(run.audit.answers).toMatchObject({ accepted: 0, unclear: shop.asked.length })
    expect(verdicts(run)[0]).toMatchObject({ was: '100 %', held: false })
  })
})
