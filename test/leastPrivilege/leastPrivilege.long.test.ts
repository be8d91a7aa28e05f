import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { Client } from 'pg'
import { notLetIn, NotAllowed } from '@petrel/messaging/connections'
import { type Acl, kafkajsAcls, kafkajsBroker, silentLog } from '@petrel/messaging/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allServices } from '../../deploy/local/processes/serviceProcess.ts'
import { allowServices } from '../../deploy/local/shop/allowServices.ts'
import { connectionEnvironment, connectionsOf, PETREL } from '../../deploy/local/shop/connections.ts'
import { scramClient } from '../../deploy/local/stack/kafkaPassword.ts'
import { ADMINISTRATOR } from '../../deploy/local/stack/security.ts'
import { collect } from '../../packages/messaging/src/broker/conformance/fixture.ts'
import { runPetrel } from '../../packages/cli/src/testing/runPetrel.ts'
import { ROOT } from '../../deploy/local/folders.ts'
import { eventually } from '../support/eventually.ts'
import { kafkaTools, writeProperties } from '../support/kafkaTools.ts'
import { type OwnStack, startOwnStack } from '../support/oneStack.ts'
import { openShop, type Shop, wholeJourney } from '../support/shop.ts'
import type { RunningService } from '../support/stack.ts'

// A Kafka with an authorizer, a user for each service, and ACLs derived from the endpoints.
let own: OwnStack
let shop: Shop
let open: Shop | undefined
beforeAll(async () => {
  own = await startOwnStack({ users: [...allServices(), PETREL] })
  open = await openShop({ addresses: own.stack })
  shop = open
})
afterAll(async () => {
  await open?.[Symbol.asyncDispose]()
  await own.remove()
})

const named = (name: string) => shop.system.prefix + name
const brokerOf = (user: string) => kafkajsBroker({ ...connectionsOf(own.stack, user).kafka, clientId: 'test', log: silentLog })
const acls = () => kafkajsAcls({ ...connectionsOf(own.stack, ADMINISTRATOR).kafka, clientId: 'test', log: silentLog })

const ofBilling = (operation: string, name: string, resource: Acl['resource'] = 'topic'): Acl => ({
  principal: 'User:billing',
  resource,
  pattern: 'literal',
  name: named(name),
  operation,
  permission: 'allow',
  host: '*',
})
const said = (service: RunningService, event: string) => service.logs.filter((line) => line.event === event)

/** What a broker has answered, as the reason why it is not allowed. */
async function expectNotAllowed(work: Promise<unknown>, what: string): Promise<void> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(notLetIn(error)).toBeInstanceOf(NotAllowed)
  expect(String(error)).toContain(what)
}

test('an order goes through all its steps', async () => {
  const orderId = await shop.placeOrder()
  await shop.orderHas(orderId, wholeJourney)
})

describe('what is not in its endpoint, a service cannot do:', () => {
  test('email cannot read the orders that sales gets', async () => {
    const broker = brokerOf('email')
    await expectNotAllowed(collect(broker.admin.read(named('sales.place-order'))), `topic ${named('sales.place-order')}`)
    await broker.close()
  })

  test('email cannot say that an order was billed', async () => {
    const broker = brokerOf('email')
    const record = { topic: named('billing.order-billed'), key: 'a', value: null, headers: {} }
    await expectNotAllowed(broker.publish([record]), `email use topic ${named('billing.order-billed')}`)
    await broker.close()
  })

  test("email cannot join billing's group, with whatever client", async () => {
    const { brokers } = connectionsOf(own.stack, 'email').kafka
    const { KAFKA_SSL_CA_FILE: ca, KAFKA_SASL_PASSWORD_FILE: password } = connectionEnvironment(own.stack, 'email') as Record<
      string,
      string
    >
    const kafka = new Kafka({
      brokers: [...brokers],
      ssl: { ca: await readFile(ca ?? '', 'utf8') },
      sasl: { mechanism: 'scram-sha-512', username: 'email', password: await readFile(password ?? '', 'utf8') },
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    })
    const consumer = kafka.consumer({ groupId: named('billing'), retry: { retries: 0, restartOnFailure: async () => false } })
    const crashed = new Promise<Error>((resolve) => consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error)))
    await consumer.connect()
    await consumer.subscribe({ topics: [named('billing.order-billed')] })
    const ended = consumer.run({ eachMessage: async () => {} }).then(
      () => crashed,
      (error: unknown) => error,
    )
    expect(String(await Promise.race([crashed, ended]))).toMatch(/Not authorized to access group/)
    await consumer.disconnect()
  })

  test("a database role cannot enter another service's database, nor see its tables from its own", async () => {
    const [email, billing] = [await shop.system.createDatabase('email'), await shop.system.createDatabase('billing')]
    const elsewhere = new URL(email)
    elsewhere.pathname = new URL(billing).pathname
    await expect(new Client({ connectionString: elsewhere.href }).connect()).rejects.toThrow(/permission denied for database/)

    const client = new Client({ connectionString: email })
    await client.connect()
    await expect(client.query('select from petrel_outbox limit 1')).resolves.toBeDefined()
    await expect(client.query('set role petrel')).rejects.toThrow(/permission denied/)
    await expect(client.query('create role sneaky')).rejects.toThrow(/permission denied/)
    await client.end()
  })
})

describe('an ACL that is taken away', () => {
  test.for([
    { what: 'to read orders', resource: 'topic', name: 'sales.order-placed', operations: ['read'] },
    { what: 'to say what was billed', resource: 'topic', name: 'billing.order-billed', operations: ['write'] },
    { what: 'to join its group', resource: 'group', name: 'billing', operations: ['read', 'describe'] },
  ] as const)('$what: billing waits and says so once, and goes on when it is back; nothing is lost', async (taken) => {
    const billing = shop.running.get('billing')
    if (billing === undefined) throw new Error('billing does not run')
    const before = { refused: said(billing, 'notAllowed').length, allowed: said(billing, 'allowed').length }
    const those = taken.operations.map((operation) => ofBilling(operation, taken.name, taken.resource))
    await acls().remove(those)
    const orders = [await shop.placeOrder(), await shop.placeOrder(), await shop.placeOrder()]
    await eventually(() => expect(said(billing, 'notAllowed').length).toBeGreaterThan(before.refused), { withinMs: 30_000 })
    await Promise.all(orders.map((orderId) => shop.orderHas(orderId, ['OrderPlaced'])))

    await acls().add(those)
    await Promise.all(orders.map((orderId) => shop.orderHas(orderId, wholeJourney, 120_000)))
    await eventually(() => expect(said(billing, 'allowed').length).toBeGreaterThan(before.allowed), { withinMs: 30_000 })

    expect(
      said(billing, 'notAllowed')
        .slice(before.refused)
        .map(({ msg }) => msg),
    ).toEqual([
      `Kafka does not let billing use ${taken.resource} ${named(taken.name)}: an ACL is missing. petrel acl --check billing shows which. It is tried again about once a minute.`,
    ])
    for (const orderId of orders) expect((await shop.charges(orderId)).charges).toHaveLength(1)
    expect(await shop.failures()).toEqual([])
  })

  test('a service that starts without its ACLs waits for them', async () => {
    await shop.stop('loyalty')
    const all = (await acls().read()).filter(({ principal }) => principal === 'User:loyalty')
    expect(all.length).toBeGreaterThan(10)
    await acls().remove(all)
    const starting = shop.start('loyalty')
    const orderId = await shop.placeOrder({ customerId: 'late' })
    await eventually(() => expect(shop.running.get('loyalty')?.logs.map(({ event }) => event)).toContain('notAllowed'), {
      withinMs: 30_000,
    })
    await acls().add(all)
    await starting
    await shop.orderHas(orderId, wholeJourney, 120_000)
  })

  test('is drift that petrel acl names, and mends with the rights to', async () => {
    const env = (user: string) => ({ ...connectionEnvironment(own.stack, user), TOPIC_PREFIX: shop.system.prefix })
    const asPetrel = (...args: string[]) => runPetrel(['acl', ...args], env(PETREL), ROOT)
    await allowServices(own.stack, { prefix: shop.system.prefix, prune: true })
    expect(await asPetrel('--check')).toMatchObject({ code: 0 })
    const [missing, superfluous] = [ofBilling('read', 'sales.order-placed'), ofBilling('write', 'sales.order-placed')]
    await acls().remove([missing])
    await acls().add([superfluous])

    const { code, out } = await asPetrel('--check', 'billing')
    expect(code).toBe(1)
    expect(out).toContain(`missing     User:billing may read topic ${missing.name}\n`)
    expect(out).toContain(`superfluous User:billing may write topic ${missing.name}\n`)
    expect(await asPetrel('--check', 'email')).toMatchObject({ code: 0 })

    const refused = await asPetrel('--apply')
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Kafka does not let petrel') as string })
    const mended = await runPetrel(['acl', '--apply', '--prune', 'billing'], env(ADMINISTRATOR), ROOT)
    expect(mended.out).toContain(`added       User:billing may read topic ${missing.name}\n`)
    expect(mended.out).toContain(`removed     User:billing may write topic ${missing.name}\n`)
    expect(await asPetrel('--check')).toMatchObject({ code: 0 })
  })
})

test("what petrel acl prints, Kafka's own tool understands, and it is all that the services need", async () => {
  const { access, kafkaBrokers } = own.stack
  if (access === undefined) throw new Error('This stack has no users.')
  const env = { ...connectionEnvironment(own.stack, PETREL), TOPIC_PREFIX: shop.system.prefix }
  const folder = await mkdtemp(join(tmpdir(), 'petrel-acls-'))
  try {
    const { KAFKA_SASL_PASSWORD_FILE = '' } = access.environmentOf(ADMINISTRATOR)
    const password = await readFile(KAFKA_SASL_PASSWORD_FILE, 'utf8')
    const admin = await writeProperties(join(folder, 'admin.properties'), scramClient(ADMINISTRATOR, password, access.caFile))
    const tool = (await kafkaTools()).command('acls').map((word) => `'${word}'`)
    await writeFile(join(folder, 'kafka-acls.sh'), `#!/bin/sh\nexec ${tool.join(' ')} "$@"\n`, { mode: 0o755 })
    const { out: commands } = await runPetrel(['acl'], env, ROOT)
    expect(commands.match(/^kafka-acls\.sh /gm)?.length).toBeGreaterThan(20)
    await acls().remove(await acls().read())

    const shell = { ...process.env, BROKERS: kafkaBrokers, ADMIN: admin, PATH: `${folder}:${process.env['PATH']}` }
    await promisify(execFile)('sh', ['-e', '-c', commands], { env: shell, maxBuffer: 64 * 1024 * 1024 })

    const checked = await runPetrel(['acl', '--check'], env, ROOT)
    expect(checked).toMatchObject({ code: 0, out: expect.stringContaining('and nothing else') as string })
    const orderId = await shop.placeOrder()
    await shop.orderHas(orderId, wholeJourney, 120_000)
  } finally {
    await rm(folder, { recursive: true })
  }
})
