import { Problem } from '../../deploy/local/problem.ts'
import { PlaceOrder } from '@petrel/contracts'
import { type OwnStack, startOwnStack } from '../../test/support/oneStack.ts'
import { openShop, type Shop, wholeJourney } from '../../test/support/shop.ts'
import { cpuSeconds, residentMiB } from '../cpu.ts'
import { type MailboxProcess, startMailboxProcess } from './mailboxProcess.ts'
import { type OrderHistory, openOrderHistory } from './orderHistory.ts'
import { type ServiceDatabases, serviceDatabases } from './serviceDatabases.ts'
import { servicePids } from './servicePids.ts'
import { countingSettings } from './statements.ts'

/** A whole shop on a stack of its own, every process of which can be measured. */
export interface MeasuredShop {
  readonly shop: Shop
  readonly contracts: { readonly PlaceOrder: typeof PlaceOrder }
  readonly history: OrderHistory
  readonly databases: ServiceDatabases
  readonly superuserUrl: string
  /** CPU seconds that each process has used since it started. */
  readonly cpu: () => Record<string, number>
  readonly residentMiB: () => Record<string, number>
  [Symbol.asyncDispose](): Promise<void>
}

export async function openForMeasuring(): Promise<MeasuredShop> {
  await using opened = new AsyncDisposableStack()
  const { stack, remove } = await startCountingStack()
  opened.defer(remove)
  let mailbox: MailboxProcess | undefined
  const openMailbox: typeof startMailboxProcess = async (options) => (mailbox = await startMailboxProcess(options))
  const shop = opened.use(await openShop({ addresses: stack, openMailbox, pageGoesFirst: true }))
  const databases = serviceDatabases(shop.system)
  const history = opened.use(await openOrderHistory(databases, wholeJourney))

  const { kafka = 0, registry = 0, postgres = 0 } = stack.pids()
  const pids = { ...servicePids(shop.running), mailbox: mailbox?.pid ?? 0, broker: kafka, registry }
  const closing = opened.move()
  return {
    shop,
    contracts: { PlaceOrder },
    history,
    databases,
    superuserUrl: stack.databaseUrl,
    cpu: () => ({ ...valuesOf(pids, (pid) => cpuSeconds(pid)), database: cpuSeconds(postgres, { withChildren: true }) }),
    residentMiB: () => valuesOf(pids, residentMiB),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** Its ports are chosen before anybody listens on them: on a busy machine another program gets one of them now and then. */
async function startCountingStack(tries = 3): Promise<OwnStack> {
  try {
    return await startOwnStack({ postgresSettings: countingSettings })
  } catch (error) {
    if (tries === 1 || !(error instanceof Problem)) throw error
    console.error(`Once more, since the stack did not start: ${error.message}`)
    return startCountingStack(tries - 1)
  }
}

const valuesOf = (pids: Readonly<Record<string, number>>, value: (pid: number) => number): Record<string, number> =>
  Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, value(pid)]))
