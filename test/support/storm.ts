import { expect } from 'vitest'
import { duplicate } from './duplicates.ts'
import { expectAccountedFor } from './foreign/expectAccountedFor.ts'
import { foreignRecords } from './foreign/foreignRecords.ts'
import { publishForeign } from './foreign/publishForeign.ts'
import { takeAnyTime } from './foreign/raiseLimits.ts'
import { groupMembers } from './groupMembers.ts'
import { hang } from './hang.ts'
import { allEnded, differentOrders, expectEndedOnce, placeAll } from './orders.ts'
import { randomFrom } from './random.ts'
import { type EndpointName, type ServiceName, services, type Shop } from './shop.ts'
import { eventually, joined, type RunningService } from './stack.ts'

export interface StormOptions {
  readonly seed: number
  readonly orders: number
  /** Whose second instance is frozen for a time. */
  readonly frozen: readonly EndpointName[]
  /** Until others have been accepted, or until its group has given it up, which is after the session timeout. */
  readonly frozenUntil: 'more orders' | 'it is given up'
  /** Foreign records of each kind. */
  readonly perKind: number
}

/** What happens when that many orders are accepted. */
type Fate = readonly [at: number, happen: () => Promise<unknown>]

const writtenTwice = [
  'sales.place-order',
  'sales.order-placed',
  'billing.order-billed',
  'stock.stock-reserved',
  'shipping.ship-order',
]
const foreignParts = 10

/**
 * Orders come while each service is killed and restarted once, second instances stand still, records are written three
 * times and strangers write theirs. Every order comes to its end, once; nothing but foreign records waits for a person.
 */
export async function expectStormSurvived(
  shop: Shop,
  { seed, orders, frozen, frozenUntil, perKind }: StormOptions,
): Promise<void> {
  const random = randomFrom(seed)
  await shop.gatewayBehaves({ declineRate: 0.05 })
  const wanted = differentOrders(orders, random)
  await takeAnyTime(shop.system)
  const foreign = await foreignRecords(shop, { perKind, random })
  const seconds = await Promise.all(frozen.map((name) => secondInstance(shop, name)))
  const copies = duplicate(shop, writtenTwice)
  const accepted = counter()

  const some = () => Math.ceil(orders / 20) + Math.floor(random() * orders * 0.8)
  const freeze = (second: Second) => async () => {
    const goOn = await hang(second.service.pid)
    await (frozenUntil === 'more orders' ? accepted.more(orders / 3) : givenUp(shop, second))
    goOn()
  }
  const fates: Fate[] = [
    ...services.map((name): Fate => [some(), () => killAndRestart(shop, name)]),
    ...seconds.map((second): Fate => [some(), freeze(second)]),
    ...Array.from({ length: foreignParts }, (_, part): Fate => [
      1 + Math.floor((part * orders) / foreignParts),
      () => publishForeign(shop.system, partOf(foreign, part)),
    ]),
  ]
  const happening: Promise<unknown>[] = []
  const orderIds = await placeAll(shop, wanted, (count) => {
    accepted.set(count)
    for (const [at, happen] of fates) if (at === count) happening.push(happen())
  })
  accepted.set(Number.POSITIVE_INFINITY)
  await Promise.all(happening)
  expect(happening).toHaveLength(fates.length)

  await allEnded(shop, orderIds)
  console.log(`Written again: ${await copies.finish()} records`)
  await eventually(async () => expect(await shop.lags()).toEqual(new Map()), { withinMs: 180_000, everyMs: 500 })
  await expectEndedOnce(shop, orderIds)
  await expectAccountedFor(shop, foreign)
  expect(seconds.filter(({ service }) => service.hasExited())).toEqual([])
}

const partOf = <T>(all: readonly T[], part: number): T[] => all.filter((_, index) => index % foreignParts === part)

async function killAndRestart(shop: Shop, name: ServiceName): Promise<void> {
  await shop.kill(name)
  await shop.start(name)
}

/** A second process of an endpoint, and by which names its main group knows it. */
interface Second {
  readonly name: EndpointName
  readonly service: RunningService
  readonly members: readonly string[]
}

async function secondInstance(shop: Shop, name: EndpointName): Promise<Second> {
  const before = await groupMembers(shop.system, name)
  const service = await shop.system.startService(name)
  await joined(service)
  const members = [...(await groupMembers(shop.system, name))].filter((member) => !before.has(member))
  return { name, service, members }
}

/** When its group goes on without it. */
const givenUp = ({ system }: Shop, { name, members }: Second) =>
  eventually(
    async () => {
      const present = await groupMembers(system, name)
      expect(members.filter((member) => present.has(member))).toEqual([])
    },
    { withinMs: 180_000, everyMs: 1_000 },
  )

/** How many orders are accepted, for those who wait for more. */
function counter() {
  let count = 0
  const waiting = new Set<() => void>()
  return {
    set(now: number) {
      count = now
      for (const look of waiting) look()
    },
    async more(than: number): Promise<void> {
      const enough = count + than
      await new Promise<void>((resolve) => {
        const look = () => {
          if (count < enough) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
      })
    },
  }
}
