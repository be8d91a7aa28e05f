import { kafkajsBroker, plan, silentLog } from '@petrel/messaging/operations'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { hang } from '../../test/support/hang.ts'
import { fetchOk, getJson, jsonBody } from '../../test/support/http.ts'
import { loyalty } from '../../services/loyalty/src/endpoint.ts'
import { toolThatIsThere } from '../tools/build.ts'
import { front } from './front.ts'
import { defaultLagAgeSeconds, objectives, recorded } from './objectives.ts'
import { subscribers } from './subscribers.ts'
import { type Customers, customers, manyLook } from './testing/customers.ts'
import { faster } from './testing/faster.ts'
import { expectQuiet, expectScenario, goesAway, type Scenario } from './testing/scenario.ts'
import { type WatchedShop, watchedShop } from './testing/watchedShop.ts'

/** Five minutes are half a minute here. */
const FACTOR = 10
/** Prometheus measures and decides so often. */
const EVERY_SECONDS = 2

const isSomebodyElses = process.env['KAFKA_BROKERS'] !== undefined || process.env['DATABASE_URL'] !== undefined
const hasPrometheus = (await toolThatIsThere('prometheus')) !== undefined
if (!hasPrometheus) console.log('skipped: Prometheus is not here; `node deploy/tools/build.ts prometheus` builds it')

/** Billing may have one replica, which is what it has here. */
const promised = objectives().map((each) => (each.group === 'billing' ? { ...each, replicasMax: 1 } : each))
const rules = faster([recorded(promised), subscribers(defaultLagAgeSeconds()), front], FACTOR)

describe.skipIf(isSomebodyElses || !hasPrometheus)('each alert fires when what it is for happens, and goes away with it', () => {
  let shop: WatchedShop
  let visitors: Customers

  beforeAll(async () => {
    shop = await watchedShop(rules, EVERY_SECONDS)
    visitors = customers(shop, 0.5)
  })

  afterAll(async () => {
    await visitors[Symbol.asyncDispose]()
    await shop.stop()
  })

  const scenario = (parts: Omit<Scenario, 'shop'>) => expectScenario({ shop, ...parts })

  const untilSeen = (query: string) =>
    eventually(async () => expect(await shop.series(query), query).not.toEqual([]), { withinMs: 60_000, everyMs: 500 })

  const gateway = (behaviour: object) => fetchOk(shop.url('PAYMENT_GATEWAY_PORT', '/behaviour'), jsonBody('PUT', behaviour))

  /** A session in the database of a service, which ends with what it has locked. */
  async function session(service: string): Promise<Client> {
    const client = new Client(shop.environment.databases[service])
    await client.connect()
    return client
  }

  test('a shop in which customers order has no alert', async () => {
    await untilSeen('kafka_consumergroup_members{consumergroup="billing"} == 1')
    await untilSeen('petrel:front_failed_share:rate1h or http_server_request_duration_seconds_count{endpoint="client-ui"} > 20')
    await expectQuiet(shop)
  })

  test('GroupWithoutMembers: email is stopped, and its letters wait', async () => {
    await scenario({
      async happens() {
        await shop.control('stop', 'email')
        return () => shop.control('start', 'email')
      },
      fire: [
        {
          labels: { alertname: 'GroupWithoutMembers', severity: 'critical', consumergroup: 'email' },
          summary: /^Messages wait for email, and no process reads them\.$/,
        },
      ],
    })
  })

  test('DeadLettersWaiting: sales has a bug, until it is mended and what has failed is sent back', async () => {
    await scenario({
      async happens() {
        await shop.control('break', 'sales')
        return async () => {
          await shop.control('mend', 'sales')
          await replayAll('sales')
        }
      },
      fire: [
        {
          labels: { alertname: 'DeadLettersWaiting', severity: 'warning', endpoint_of: 'sales' },
          summary: /^Messages that sales could not handle, and that wait for a person: \d+\.$/,
        },
      ],
    })
  })

  /** A message that was on its way to the dead letters may arrive there after a replay. */
  const replayAll = (service: string) =>
    eventually(
      async () => {
        await shop.control('replay', service)
        expect(await shop.series(`petrel_dead_letters{endpoint_of="${service}"} > 0`)).toEqual([])
      },
      { withinMs: 60_000, everyMs: 2_000 },
    )

  test('PartitionStandsStill, LagAgeOverObjective: the database of stock takes nobody in', async () => {
    await scenario({
      async happens() {
        const owner = await session('stock')
        await owner.query('alter database stock with connection limit 0')
        await owner.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
        )
        return async () => {
          await owner.query('alter database stock with connection limit -1')
          await owner.end()
        }
      },
      fire: [
        {
          labels: { alertname: 'LagAgeOverObjective', severity: 'critical', consumergroup: 'stock' },
          summary: /^The oldest message that waits for stock is \S.* old\.$/,
        },
        {
          labels: {
            alertname: 'PartitionStandsStill',
            severity: 'critical',
            consumergroup: 'stock',
            topic: 'sales.order-placed',
            partition: expect.any(String),
            endpoint: 'lag-exporter',
            instance: 'lag-exporter',
            job: 'petrel',
          },
          summary: /^stock has not moved in partition \d of sales\.order-placed for five minutes, and at least \d+ messages wait/,
        },
      ],
    })
    expect(await shop.log('stock')).toMatch(/cannot (look into the inbox|save a batch); trying again/)
  })

  test('TopicMissing: somebody deletes a retry topic of loyalty, until loyalty is deployed again', async () => {
    await scenario({
      async happens() {
        const brokers = shop.environment.KAFKA_BROKERS.split(',')
        const broker = kafkajsBroker({ brokers, clientId: 'careless', log: silentLog })
        await broker.admin.deleteTopics(['loyalty.retry.2s'])
        return async () => {
          await broker.admin.createTopics(plan(loyalty, '').topics)
          await broker.close()
        }
      },
      fire: [
        {
          labels: { alertname: 'TopicMissing', severity: 'critical', endpoint: 'loyalty', group: 'loyalty.retry' },
          summary: /^Topics that loyalty\.retry reads are not there: 1\.$/,
        },
      ],
    })
  })

  test('ScheduledMessageLate: somebody holds what billing has postponed when it is due', async () => {
    await scenario({
      async happens() {
        await shop.control('stop', 'payment-gateway')
        const holder = await session('billing')
        await holder.query('begin')
        await eventually(async () => {
          const { rowCount } = await holder.query('select from petrel_scheduled for update')
          expect(rowCount).toBeGreaterThan(0)
        })
        return async () => {
          await holder.end()
          await shop.control('start', 'payment-gateway')
        }
      },
      fire: [
        {
          labels: { alertname: 'ScheduledMessageLate', severity: 'warning', endpoint: 'billing' },
          summary: /^A timeout or a postponed message of billing is \S.* late\.$/,
        },
      ],
    })
  })

  test('LagUnknown: lag-exporter is stopped', async () => {
    await scenario({
      async happens() {
        await shop.control('stop', 'lag-exporter')
        return () => shop.control('start', 'lag-exporter')
      },
      fire: [{ labels: { alertname: 'LagUnknown', severity: 'warning' }, summary: /^Nobody measures what waits in Kafka/ }],
    })
  })

  test('OutboxOld, FrontEndSlow, FrontEndErrorBudgetBurn, LagUnknown: Kafka hangs while billing charges a card', async () => {
    const tooMany = /^\d.*% of the requests to the shop fail\.$/
    const before = visitors.sentAway()
    await scenario({
      async happens() {
        await gateway({ latencyMs: 3_000 })
        await untilBillingCharges()
        const goOn = await hang(await shop.pid('kafka'))
        return async () => {
          goOn()
          await gateway({})
          await goesAway(shop, 'FrontEndSlow')
          // So many good answers that the failed ones are less than one of a thousand.
          await manyLook(shop, 1_200 * (visitors.sentAway() - before))
        }
      },
      fire: [
        {
          labels: { alertname: 'OutboxOld', severity: 'critical', endpoint: 'billing' },
          summary: /^What billing has decided has not been published for \S.*\.$/,
        },
        {
          labels: { alertname: 'FrontEndSlow', severity: 'critical' },
          summary: /^One of twenty requests to the shop takes longer than \d.*s\.$/,
        },
        { labels: { alertname: 'FrontEndErrorBudgetBurn', severity: 'critical' }, summary: tooMany },
        { labels: { alertname: 'FrontEndErrorBudgetBurn', severity: 'warning' }, summary: tooMany },
        { labels: { alertname: 'LagUnknown', severity: 'warning' }, summary: /^Nobody measures what waits in Kafka/ },
      ],
      beside: ['GroupWithoutMembers', 'LagAgeOverObjective', 'PartitionStandsStill', 'ScheduledMessageLate'],
    })
    expect(await shop.log('billing')).toContain('cannot publish messages; trying again')
  })

  /** Then a card is charged, and for some time to come. */
  async function untilBillingCharges(): Promise<void> {
    const ready = `http://127.0.0.1:${shop.environment.services['billing']?.['OPS_PORT']}/ready`
    await eventually(async () => {
      const { groups } = await getJson<{ groups: { lanes: { doing: string }[] }[] }>(ready)
      expect(groups.flatMap(({ lanes }) => lanes.map(({ doing }) => doing))).toContain('run handlers')
    })
  }

  test('RebalanceStorm: a member of loyalty comes and goes, again and again', async () => {
    await scenario({
      async happens() {
        const over = new AbortController()
        const coming = comeAndGo(over.signal)
        return async () => {
          over.abort()
          await coming
        }
      },
      fire: [
        {
          labels: { alertname: 'RebalanceStorm', severity: 'warning', endpoint: 'loyalty', group: 'loyalty' },
          summary: /^The group loyalty has shared out its partitions \d.* times in ten minutes\.$/,
        },
      ],
      // What the member gets, it takes with it.
      beside: ['LagAgeOverObjective', 'PartitionStandsStill'],
    })
  })

  async function comeAndGo(signal: AbortSignal): Promise<void> {
    const brokers = shop.environment.KAFKA_BROKERS.split(',')
    const broker = kafkajsBroker({ brokers, clientId: 'restless', log: silentLog })
    const listener = { onAssigned: () => {}, onRecords: () => {} }
    const topics = ['billing.order-billed', 'billing.order-refunded']
    try {
      while (!signal.aborted) await (await broker.subscribe({ group: 'loyalty', topics, listener })).stop()
    } finally {
      await broker.close()
    }
  }

  test('LagRisesAtMaxReplicas: the gateway takes less than comes, and billing may have no more replicas', async () => {
    await scenario({
      async happens() {
        await gateway({ requestsPerSecond: 1 })
        const rush = customers(shop, 12)
        return async () => {
          await rush[Symbol.asyncDispose]()
          await gateway({})
        }
      },
      fire: [
        {
          labels: { alertname: 'LagRisesAtMaxReplicas', severity: 'warning', consumergroup: 'billing' },
          summary: /^Ever more waits for billing \(\d+ messages\), and it has all the replicas it may have\.$/,
        },
      ],
      // Sixteen orders of a lane's 250 ask at a time, for 15 s each: not much less than five minutes, and far more than half a minute.
      beside: ['LagAgeOverObjective', 'PartitionStandsStill'],
    })
  })
})
