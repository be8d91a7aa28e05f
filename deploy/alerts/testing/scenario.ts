import { expect } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import type { WatchedShop } from './watchedShop.ts'

/** An alert as it must be seen while it fires. */
export interface Wanted {
  /** All that it has, `alertname` too. */
  readonly labels: Readonly<Record<string, unknown>>
  readonly summary: RegExp
}

export interface Scenario {
  readonly shop: WatchedShop
  /** Brings the alerts about. @returns what ends their cause */
  readonly happens: () => Promise<() => Promise<void>>
  readonly fire: readonly Wanted[]
  /** Alerts that may fire too, since what happens is their cause as well. */
  readonly beside?: readonly string[]
}

/** Longer than the longest alert takes, and some looks at Kafka and at databases. */
const patience = { withinMs: 180_000, everyMs: 500 }

/** All is quiet; then something happens and each of the alerts fires, and nobody else's; when it is over they go away. */
export async function expectScenario({ shop, happens, fire, beside = [] }: Scenario): Promise<void> {
  await expectQuiet(shop)
  const begunAt = Date.now()
  const end = await happens()
  try {
    for (const wanted of fire) await eventually(() => expectFiring(shop, wanted), patience)
  } finally {
    await end()
  }
  const names = fire.map(({ labels }) => String(labels['alertname']))
  for (const name of names) await goesAway(shop, name)
  const others = (await firedSince(shop, begunAt)).filter((name) => !names.includes(name))
  expect([...beside], 'all that fires is expected').toEqual(expect.arrayContaining(others))
}

/** Not even one that will fire if it goes on. */
export const expectQuiet = (shop: WatchedShop): Promise<void> =>
  eventually(async () => expect(await shop.alerts()).toEqual([]), patience)

export const goesAway = (shop: WatchedShop, name: string): Promise<void> =>
  eventually(async () => expect((await shop.alerts()).map(({ labels }) => labels['alertname'])).not.toContain(name), patience)

async function expectFiring(shop: WatchedShop, { labels, summary }: Wanted): Promise<void> {
  const runbook = `docs/runbooks/${String(labels['alertname'])}.md`
  const annotations = { summary: expect.stringMatching(summary) as unknown, runbook }
  const active = (await shop.alerts()).map(({ state, labels, annotations }) => ({ state, labels, annotations }))
  expect(active).toContainEqual({ state: 'firing', labels, annotations })
}

/** Names of the alerts that fired. @param time in milliseconds since the epoch */
async function firedSince(shop: WatchedShop, time: number): Promise<string[]> {
  const seconds = Math.ceil((Date.now() - time) / 1_000)
  const series = await shop.series(`max_over_time(ALERTS{alertstate="firing"}[${seconds}s])`)
  return [...new Set(series.map(({ alertname = '' }) => alertname))]
}
