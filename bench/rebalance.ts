// How long messages wait because a replica joins or leaves: a service of two replicas has 2,000 messages a second, a third one
// joins, and leaves again on SIGTERM.
//   node bench/rebalance.ts [--rounds 5] [--per-second 2000]
// Each lane publishes an event for each message. A standstill is the longest time in which a lane published none.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Broker, deploy } from '@petrel/messaging/operations'
import type { Stack } from '../deploy/local/stack/stack.ts'
import { startOwnStack } from '../test/support/oneStack.ts'
import { makeDatabase } from './makeDatabase.ts'
import { bench } from './effectsOnce/endpoint.ts'
import { OrderPlaced, PlaceOrder } from './effectsOnce/messages.ts'
import { type Replica, startReplica } from './rebalance/replica.ts'
import { type Change, ownersOf, publishTimes, standstills } from './rebalance/standstill.ts'
import { steadyOrders } from './rebalance/steadyOrders.ts'
import { confluentRegistry, kafkajsBroker, silentLog } from './support.ts'

const { values: args } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, 'per-second': { type: 'string', default: '2000' } },
})
const rounds = Number(args.rounds)
const perSecond = Number(args['per-second'])
const contenders = {
  Petrel: join(import.meta.dirname, 'effectsOnce/main.ts'),
  'kafkajs alone': join(import.meta.dirname, 'baselines/passOn.ts'),
}
/** A rebalance, and what was held up by it, are over by then. */
const calmMs = 2_000

type Kind = 'nothing happens' | 'a replica joins' | 'a replica leaves'
type Changes = Record<Kind, Change[]>

const { stack, remove } = await startOwnStack()
try {
  console.log('| longest standstill of a lane, ms: median (all) | | lanes that stay where they are | lanes that move |')
  console.log('|---|---|---|---|')
  for (const [name, main] of Object.entries(contenders)) await measure(stack, name, main)
} finally {
  await remove()
}

async function measure({ kafkaBrokers, registryUrl, databaseUrl }: Stack, name: string, main: string): Promise<void> {
  const prefix = name === 'Petrel' ? 'petrel.' : 'alone.'
  const broker = kafkajsBroker({ brokers: [kafkaBrokers], clientId: 'bench', log: silentLog })
  const url = await makeDatabase(databaseUrl, name === 'Petrel' ? 'petrel' : 'alone')
  const database = { url, migrations: join(import.meta.dirname, 'effectsOnce/migrations') }
  const registry = confluentRegistry({ url: registryUrl })
  await deploy({ endpoint: bench, database }, { admin: broker.admin, registry, prefix })
  const addresses = { KAFKA_BROKERS: kafkaBrokers, SCHEMA_REGISTRY_URL: registryUrl, DATABASE_URL: url, TOPIC_PREFIX: prefix }
  const start = () => startReplica(main, { ...process.env, ...addresses })
  const staying = [await start(), await start()]
  const orders = await steadyOrders(broker, registryUrl, prefix, perSecond)
  try {
    const owners = () => ownersOf(kafkaBrokers, `${prefix}bench`, prefix + PlaceOrder.topic)
    const changes = await comeAndGo(start, owners)
    const published = await orders.stop()
    await untilPassedOn(broker, prefix + OrderPlaced.topic, published)
    print(name, await publishTimes(broker, prefix + OrderPlaced.topic), changes)
  } finally {
    await orders.stop()
    await Promise.all(staying.map((replica) => replica.leave()))
    await broker.close()
  }
}

async function comeAndGo(start: () => Promise<Replica>, owners: () => Promise<Change['before']>): Promise<Changes> {
  const changes: Changes = { 'nothing happens': [], 'a replica joins': [], 'a replica leaves': [] }
  const during = async (kind: Kind, act: () => Promise<void>) => {
    await sleep(calmMs)
    const [before, from] = [await owners(), Date.now()]
    await act()
    await sleep(calmMs)
    changes[kind].push({ from, to: Date.now(), before, after: await owners() })
  }
  await sleep(calmMs)
  for (let round = 0; round < rounds; round += 1) {
    let third: Replica | undefined
    await during('nothing happens', async () => {})
    await during('a replica joins', async () => {
      third = await start()
    })
    await during('a replica leaves', async () => third?.leave())
  }
  return changes
}

/** With kafkajs alone some come twice. */
async function untilPassedOn(broker: Broker, topic: string, count: number): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(200)) {
    const offsets = await broker.admin.offsets(topic)
    if (offsets.reduce((sum, { earliest, latest }) => sum + Number(latest - earliest), 0) >= count) return
  }
  throw new Error(`${topic} has not got ${count} events after a minute`)
}

function print(name: string, times: Awaited<ReturnType<typeof publishTimes>>, changes: Changes): void {
  for (const [kind, those] of Object.entries(changes)) {
    const found = those.map((change) => standstills(times, change))
    console.log(
      `| ${name} | ${kind} | ${summary(found.map((each) => each.stayed))} | ${summary(found.map((each) => each.moved))} |`,
    )
  }
  const events = [...times.values()].reduce((sum, { length }) => sum + length, 0)
  console.error(`${name}: ${events} events`)
}

function summary(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  return `${sorted[Math.floor(sorted.length / 2)]} (${values.join(' · ')})`
}
