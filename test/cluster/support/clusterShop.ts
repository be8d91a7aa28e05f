import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openNamespace } from '../../../deploy/cluster/ground.ts'
import { kubernetes } from '../../../deploy/cluster/kubernetes.ts'
import { GROUND } from '../../../deploy/cluster/names.ts'
import { ROOT } from '../../../deploy/local/folders.ts'
import { eventually } from '../../support/eventually.ts'
import { helm, kubectl } from './kubectl.ts'
import { imageOf, waitingPod } from './waitingPod.ts'

/** Everything that an order which goes well leaves on its page. */
export const wholeJourney = ['OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'CustomerNotified', 'PointsAwarded']

/** What became of the requests of `customers.mjs`; times in milliseconds from when an order was due. */
export interface Placed {
  readonly accepted: number
  /** What was answered instead → how often. */
  readonly failures: Readonly<Record<string, number>>
  readonly seconds: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly longest: number
}

/** The shop's books, added up over all services; `accepted` is what the page knows. */
export interface Books {
  readonly accepted: number
  readonly sold: number
  readonly invoices: number
  readonly charges: number
  readonly chargedTwice: number
  readonly reserved: number
  readonly shipped: number
  readonly mailed: number
  readonly awarded: number
  /** Orders that have every step of their journey. */
  readonly whole: number
  /** Steps of all orders, alarms left out: six an order when nothing happened twice. */
  readonly steps: number
}

export interface OrdersToPlace {
  readonly count: number
  /** A second. */
  readonly rate: number
  /** Of green tea, in each order. */
  readonly quantity?: number
}

export interface ClusterShop {
  readonly namespace: string
  readonly release: string
  /** The name of a service's resources. */
  named(service: string): string
  /** Places orders at the page, so many a second; one request an order. */
  place(orders: OrdersToPlace): Promise<Placed>
  /** Runs a program in a pod that is allowed to visit the page. @returns what it printed */
  visit(script: string, env?: Readonly<Record<string, string>>): Promise<string>
  sql(service: string, statement: string): Promise<string>
  books(): Promise<Books>
  /** Waits until every accepted order has had every effect, and finds each once. */
  expectBooksExact(accepted: number, withinMs?: number): Promise<Books>
}

export interface ShopPlace {
  readonly namespace: string
  readonly release?: string
  readonly topicPrefix?: string
}

/** A shop that is installed in a namespace, seen from inside the cluster and through its databases. */
export function clusterShop({ namespace, release = 'shop', topicPrefix = '' }: ShopPlace): ClusterShop {
  const named = (service: string) => `${release}-${service}`
  const database = (service: string) => `${topicPrefix}${service}`.replaceAll(/[^a-z0-9]/g, '_')
  const sql = async (service: string, statement: string) => {
    const psql = ['psql', '-U', 'postgres', '-d', database(service), '-v', 'ON_ERROR_STOP=1', '-Atc', statement]
    return (await kubectl(['exec', '-n', GROUND, 'postgres-0', '--', ...psql])).trim()
  }
  const number = async (service: string, statement: string) => Number(await sql(service, statement))
  const visit = async (script: string, env: Readonly<Record<string, string>> = {}) => {
    await customerPod(namespace)
    const variables = Object.entries({ PAGE: `http://${named('client-ui')}:8080`, ...env }).map(
      ([name, value]) => `${name}=${value}`,
    )
    const node = ['env', ...variables, 'node', '--input-type=module', '-']
    return kubectl(['exec', '-i', '-n', namespace, CUSTOMER, '--', ...node], { input: script, withinMs: 1_800_000 })
  }
  const journey = wholeJourney.map((type) => `'${type}'`).join(', ')
  const wholeOrders = () =>
    number(
      'client-ui',
      `select count(*) from (select 1 from order_history where type in (${journey}) group by order_id
        having count(*) = ${wholeJourney.length} and count(distinct type) = ${wholeJourney.length}) as whole`,
    )
  const shop: ClusterShop = {
    namespace,
    release,
    named,
    sql,
    visit,
    async place({ count, rate, quantity = 2 }) {
      const script = await readFile(join(import.meta.dirname, 'customers.mjs'), 'utf8')
      return JSON.parse(await visit(script, { COUNT: String(count), RATE: String(rate), QUANTITY: String(quantity) })) as Placed
    },
    async books() {
      return {
        accepted: await number('client-ui', 'select count(*) from acceptance'),
        sold: await number('sales', 'select count(*) from orders'),
        invoices: await number('billing', 'select count(*) from invoices'),
        charges: await number('payment-gateway', 'select count(*) from payments'),
        chargedTwice: await number(
          'payment-gateway',
          'select count(*) from (select 1 from payments group by order_id having count(*) > 1) as twice',
        ),
        reserved: await number('stock', 'select count(distinct order_id) from reservations'),
        shipped: await number('shipping', 'select count(*) from shipments'),
        mailed: await number('email', 'select count(*) from mails'),
        awarded: await number('loyalty', "select count(*) from ledger where kind = 'awarded'"),
        whole: await wholeOrders(),
        steps: await number('client-ui', `select count(*) from order_history where type in (${journey})`),
      }
    },
    async expectBooksExact(accepted, withinMs = 300_000) {
      await eventually(
        async () => {
          const whole = await wholeOrders()
          if (whole < accepted) throw new Error(`${whole} of ${accepted} orders are done: ${JSON.stringify(await shop.books())}`)
        },
        { withinMs, everyMs: 2_000 },
      )
      // Read when nothing changes any more: the books of ten databases are not of one moment.
      const books = await shop.books()
      const { accepted: written, chargedTwice, steps, ...counts } = books
      const wrong = Object.entries(counts).filter(([, count]) => count !== accepted)
      // Of an order whose answer was lost the page does not know that it was accepted.
      if (written > accepted) throw new Error(`The page has accepted more than ${accepted} orders: ${JSON.stringify(books)}`)
      if (wrong.length > 0 || chargedTwice !== 0 || steps !== accepted * wholeJourney.length)
        throw new Error(`The books of ${accepted} orders are wrong: ${JSON.stringify(books)}`)
      return books
    },
  }
  return shop
}

const CUSTOMER = 'customer'

/** A pod that is a customer's place. One that is there keeps its image. */
async function customerPod(namespace: string): Promise<void> {
  const there = await kubectl(['get', 'pod', CUSTOMER, '-n', namespace, '--ignore-not-found', '-o', 'name'])
  if (there === '') await waitingPod(namespace, CUSTOMER, await imageOf(namespace, 'client-ui'))
}

/** A namespace in which only restricted pods may run, with the way to the ground's databases. */
export const makeNamespace = (namespace: string): Promise<void> => openNamespace(kubernetes(), namespace)

/** Settings that every installation of the tests has: small pods, and a cluster that scales down while one watches. */
export const testValues = join(ROOT, 'test/cluster/values.yaml')
export const groundValues = join(ROOT, 'k8s/kind/values.yaml')
export const sharedValues = join(ROOT, 'charts/shop/global.yaml')
export const shopChart = join(ROOT, 'charts/shop')
export const subscriberChart = join(ROOT, 'charts/subscriber')

/** Installs or upgrades the shop, and waits until every pod is ready. */
export const installShop = (
  { namespace, release = 'shop', topicPrefix = '' }: ShopPlace,
  settings: readonly string[] = [],
  timeout = '10m',
): Promise<string> =>
  helm(
    ['upgrade', '--install', release, shopChart, '-n', namespace, '-f', groundValues, '-f', testValues].concat(
      [`global.topicPrefix=${topicPrefix}`, ...settings].flatMap((setting) => ['--set', setting]),
      ['--wait', '--timeout', timeout],
    ),
  )
