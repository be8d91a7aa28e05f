import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { infrastructureOf } from '../../../../test/support/infrastructure.ts'
import { eventually, testSystem, type TestSystem } from '../../../../test/support/stack.ts'
import { kafkajsBroker } from '../broker/kafkajs/broker.ts'
import { endpoint } from '../definition/endpoint.ts'
import { batchHandler, handler, transactionalHandler } from '../definition/handler.ts'
import { command } from '../definition/message.ts'
import { described } from '../definition/testing/described.ts'
import { killableProcess } from '../engine/testing/killableProcess.ts'
import { startEngine } from '../engine/startEngine.ts'
import { silentLog } from '../log.ts'
import { deploy } from '../operations/deploy.ts'
import { listFailures } from '../operations/failures.ts'
import type { Infrastructure } from '../operations/infrastructure.ts'
import { replay } from '../operations/replay.ts'
import { all } from '../operations/testing/failingEndpoint.ts'
import { type Service, start } from '../service.ts'
import { readSettings } from '../settings.ts'
import { openPool } from '../store/postgres/connections.ts'
import { postgresStore } from '../store/postgres/store.ts'
import type { Audit, EndpointDefinition } from './audit.ts'
import { auditDecoder } from './auditDecoder.ts'
import type { AuditMode } from './auditMode.ts'

interface Order {
  readonly orderId: string
}

const ChargeOrder = command<Order>(described('billing', 'ChargeOrder', { topic: 'charge-order' }))
const RefundOrder = command<Order>(described('billing', 'RefundOrder', { topic: 'refund-order' }))
const InvoiceOrder = command<Order>(described('billing', 'InvoiceOrder', { topic: 'invoice-order' }))

const refuseWhile = (isClosed: () => boolean) => () => {
  if (isClosed()) throw new RangeError('The till is closed')
}

/** An endpoint of a name of its own, for each test: it sends commands to itself. */
function tillNamed(name: string, isClosed = () => false) {
  const own = [ChargeOrder, RefundOrder, InvoiceOrder].map((type) => {
    const topic = type.topic.replace('billing', name)
    return command<Order>({ ...type, owner: name, topic, fullName: type.fullName.replace('billing', name), schema: type.schema })
  })
  const [charge, refund, invoice] = own as [typeof ChargeOrder, typeof RefundOrder, typeof InvoiceOrder]
  const refuse = refuseWhile(isClosed)
  return {
    charge,
    refund,
    invoice,
    endpoint: endpoint({
      name,
      handlers: [
        handler(charge, refuse),
        transactionalHandler(refund, refuse),
        batchHandler(invoice, async (_, { each }) => void each(refuse)),
      ],
      produces: own,
      partitions: 2,
      recoverability: { immediate: 0, delayed: ['1s'] },
    }),
  }
}

let system: TestSystem
let ground: Infrastructure
beforeAll(async () => {
  system = await testSystem()
  ground = infrastructureOf(system)
})
afterAll(async () => {
  await ground.broker.close()
  await system.cleanup()
})

async function started(till: ReturnType<typeof tillNamed>, AUDIT: AuditMode = 'all'): Promise<Service> {
  const { endpoint: definition } = till
  await deploy({ endpoint: definition, database: { url: await system.createDatabase(definition.name) } }, ground)
  const service = await start(definition, readSettings({ ...(await system.env(definition.name)), LOG_LEVEL: 'silent', AUDIT }))
  onTestFinished(() => service.stop())
  return service
}

async function auditsOf(name: string): Promise<Audit[]> {
  const decode = auditDecoder(ground.registry)
  return Promise.all((await all(ground.admin.read(`${system.prefix}${name}.audit`))).map(decode))
}

const entriesOf = async (name: string) => (await auditsOf(name)).flatMap(({ messages }) => messages)

test('what is handled is told in Kafka, and that the process is there: from when it has joined until it stops', async () => {
  const till = tillNamed('till')
  const service = await started(till)
  for (const message of [till.charge, till.refund, till.invoice]) await service.send(message({ orderId: 'order-1' }))
  await eventually(async () => expect(await entriesOf('till')).toHaveLength(3))
  const told = (await entriesOf('till')).map(({ type, handler: by, outcome, attempt, key }) => [type, by, outcome, attempt, key])
  for (const { fullName } of [till.charge, till.refund, till.invoice])
    expect(told).toContainEqual([fullName, fullName.slice('till.'.length), 'handled', 1, 'order-1'])

  await service.stop()
  const beats = (await auditsOf('till')).flatMap(({ heartbeat, instance }) =>
    heartbeat === null ? [] : { instance, ...heartbeat },
  )
  expect(new Set(beats.map(({ instance }) => instance)).size).toBe(1)
  expect(beats[0]).toMatchObject({ ready: true, stopping: false, pid: process.pid })
  expect(beats.at(-1)).toMatchObject({ ready: false, stopping: true })
  const { handles } = JSON.parse(beats[0]?.definition ?? '{}') as EndpointDefinition
  expect(handles.map(({ topic }) => topic)).toContain(`${system.prefix}till.charge-order`)
})

test.each(['all', 'off'] as const)(
  'a failure is told through its retries to the dead letter topic, and what became of its replay, with AUDIT=%s',
  async (mode) => {
    let isClosed = true
    const name = `till-${mode}`
    const till = tillNamed(name, () => isClosed)
    const service = await started(till, mode)
    await service.send(till.charge({ orderId: 'order-1' }))
    await eventually(async () => expect(await listFailures(ground, name)).toHaveLength(1))
    isClosed = false
    await replay({ endpoint: name, by: 'a test' }, ground)
    await eventually(async () => expect((await entriesOf(name)).map(({ outcome }) => outcome)).toContain('handled'))

    const told = (await entriesOf(name)).map(({ outcome, attempt, errorType, replayOf }) => [
      outcome,
      attempt,
      errorType,
      replayOf,
    ])
    const replayed = ['handled', 1, null, `${system.prefix}${name}.dlt/0/0`]
    const failed = [
      ['retried', 1, 'RangeError', null],
      ['deadLettered', 2, 'RangeError', null],
    ]
    expect(told).toEqual(mode === 'off' ? [replayed] : [...failed, replayed])
    const beats = (await auditsOf(name)).filter(({ heartbeat }) => heartbeat !== null)
    expect(beats.length > 0).toBe(mode !== 'off')
  },
)

test('what was saved before a crash is told by the next process, from the outbox', async () => {
  const till = tillNamed('crashing-till')
  const service = await started(till)
  await service.stop()
  const { endpoint: definition } = till
  const pool = openPool(await system.createDatabase(definition.name), silentLog, 4)
  const broker = kafkajsBroker({ brokers: system.addresses.kafkaBrokers.split(','), clientId: 'test', log: silentLog })
  const doomed = killableProcess(broker, postgresStore({ pool, log: silentLog }))
  const giveUp = new AbortController()
  doomed.killAt('after save')
  const engine = await startEngine({ ...ground, ...doomed, endpoint: definition, log: silentLog, giveUp })
  await ground.broker.publish([engine.encodeMessage(till.charge({ orderId: 'order-1' }), { trace: {} }, 'm-1').record])
  await eventually(() => expect(doomed.isKilled).toBe(true))
  giveUp.abort()
  await broker.close()
  await pool.end()
  expect(await entriesOf(definition.name)).toEqual([])

  await started(till)
  await eventually(async () =>
    expect(await entriesOf(definition.name)).toContainEqual(expect.objectContaining({ id: 'm-1', outcome: 'handled' })),
  )
})

const handled = async (service: Service) =>
  Number((await service.database.query<{ count: string }>('select count(*) from petrel_inbox')).rows[0]?.count)

test('an audit topic that does not exist, and one that goes while the endpoint runs, keeps no message', async () => {
  const till = tillNamed('silent-till')
  const topic = `${system.prefix}silent-till.audit`
  const before = await started(till)
  await before.send(till.charge({ orderId: 'order-1' }))
  await eventually(async () => expect(await entriesOf('silent-till')).toHaveLength(1))
  await ground.admin.deleteTopics([topic])
  await before.send(till.charge({ orderId: 'order-2' }))
  await eventually(async () => expect(await handled(before)).toBe(2))
  await before.send(till.charge({ orderId: 'order-2' }))
  await eventually(async () => expect(await handled(before)).toBe(3))
  await before.stop()

  const settings = readSettings({ ...(await system.env('silent-till')), LOG_LEVEL: 'silent' })
  const after = await start(till.endpoint, settings)
  onTestFinished(() => after.stop())
  await after.send(till.charge({ orderId: 'order-3' }))
  await eventually(async () => expect(await handled(after)).toBe(4))
  expect(await listFailures(ground, 'silent-till')).toEqual([])
})
