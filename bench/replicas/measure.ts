import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { Problem } from '../../deploy/local/problem.ts'
import { joined } from '../../test/support/stack.ts'
import { cpuSeconds } from '../cpu.ts'
import { sum } from '../figures/statistics.ts'
import { watchLocks } from '../shop/lockWaits.ts'
import type { MeasuredShop } from '../shop/openForMeasuring.ts'
import { publisher, type ReplicatedService } from './backlog.ts'
import { type CpuLimit, cpuLimit } from './cpuLimit.ts'

export interface ReplicaOptions {
  /** Of a processor, for each replica. */
  readonly cores: number
  readonly seconds: number
  /** Waiting for each replica when it begins. */
  readonly orders: number
}

export interface ReplicaFigures {
  readonly replicas: number
  readonly messagesPerSecond: number
  /** From 0 to 1, of the processors that the replicas may use. */
  readonly cpuUsed: number
  /** From 0: of one connection all the time is 1. */
  readonly lockWait: number
}

/** Handled before it is measured, without a limit: what runs for hours has been compiled. */
const WARM_UP_ORDERS = 6000
/** In which the replicas, limited by now, work off what they had taken before. */
const SETTLE_MS = 5000

/** How fast so many replicas of a service work off a backlog, in an open shop where no other replica of it runs. */
export async function measureReplicas(
  open: MeasuredShop,
  service: ReplicatedService,
  replicas: number,
  { cores, seconds, orders }: ReplicaOptions,
): Promise<ReplicaFigures> {
  await using opened = new AsyncDisposableStack()
  const publish = await publisher(open.shop, service)
  const inbox = await openInbox(open, service)
  opened.defer(() => inbox.close())
  const limited = await startLimited(open, service, replicas, cores, opened)

  const before = await inbox.count()
  const warmUp = await publish(WARM_UP_ORDERS * replicas)
  await inbox.reaches(before + warmUp)
  for (const { limit, pid } of limited) limit.apply(pid)
  const backlog = await publish(orders * replicas)
  await sleep(SETTLE_MS)

  const locks = await watchLocks(open.superuserUrl, open.databases)
  const cpu = () => sum(limited.map(({ pid }) => cpuSeconds(pid)))
  const [from, handled, used] = [performance.now(), await inbox.count(), cpu()]
  await sleep(seconds * 1000)
  const [to, handledThen, usedThen] = [performance.now(), await inbox.count(), cpu()]
  const waits = (await locks.stop()).filter((wait) => wait.service === service)

  if (handledThen >= before + warmUp + backlog)
    throw new Problem(`${replicas} replicas of ${service} had nothing left to do: measure with more --orders.`)
  const passed = (to - from) / 1000
  return {
    replicas,
    messagesPerSecond: (handledThen - handled) / passed,
    cpuUsed: (usedThen - used) / passed / (cores * replicas),
    lockWait: sum(waits.map((wait) => wait.seconds)) / passed,
  }
}

interface Limited {
  readonly pid: number
  readonly limit: CpuLimit
}

/** They start without the limit, and end with `opened`. */
async function startLimited(
  { shop }: MeasuredShop,
  service: string,
  replicas: number,
  cores: number,
  opened: AsyncDisposableStack,
): Promise<Limited[]> {
  const limited: Limited[] = []
  for (let number = 1; number <= replicas; number++) {
    const limit = cpuLimit(`${service}-${number}`, cores)
    opened.defer(() => limit.remove())
    // Replicas on one machine cannot share a port.
    const replica = await shop.system.startService(service, { LOYALTY_PORT: '0' })
    opened.defer(() => replica.stop())
    await joined(replica)
    limited.push({ pid: replica.pid, limit })
  }
  return limited
}

interface Inbox {
  /** Messages handled so far. */
  count(): Promise<number>
  /** Resolves when so many are handled. */
  reaches(messages: number): Promise<void>
  close(): Promise<void>
}

async function openInbox({ databases }: MeasuredShop, service: string): Promise<Inbox> {
  const client = new Client(databases.urlOf(service))
  await client.connect()
  const count = async () => {
    const { rows } = await client.query<{ handled: number }>('select count(*)::int as handled from petrel_inbox')
    return rows[0]?.handled ?? 0
  }
  return {
    count,
    async reaches(messages) {
      while ((await count()) < messages) await sleep(100)
    },
    close: () => client.end(),
  }
}
