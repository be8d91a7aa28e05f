import { PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../../deploy/local/folders.ts'
import { allServices } from '../../deploy/local/processes/serviceProcess.ts'
import { PETREL } from '../../deploy/local/shop/connections.ts'
import { type Receiver, receiver } from '../../services/console/src/testing/receiver.ts'
import { runPetrel } from '../../packages/cli/src/testing/runPetrel.ts'
import { getJson, jsonBody } from '../support/http.ts'
import { type OwnStack, startOwnStack } from '../support/oneStack.ts'
import { type OtlpReceiver, otlpReceiver } from '../support/otlp/receiver.ts'
import type { LogLine } from '../support/processes.ts'
import { type EndpointName, openShop, type Shop, wholeJourney } from '../support/shop.ts'
import { eventually, type RunningService } from '../support/stack.ts'
import { logsOf, opsOf, type Place, processList, recordsOf, spansOf, textAt, toldTo } from './places.ts'
import { impostors, passwordsOf, planted, plantedAtConsole, plantedInVain, wrong } from './secrets.ts'

// Secrets and customers are planted wherever there is room for one, everything is made to fail, and then all that comes out is searched.
// Customers may be in the bodies of messages, in databases, mails and on their order's own page, and nowhere else. Secrets nowhere.
const customer = { email: 'mirabella.quill@planted.example', person: 'Mirabella Quill', street: '12 Lantern Street' }
const ofCustomer = /mirabella|quill|lantern|planted\.example/i

const patience = { withinMs: 90_000 }
const loud = { LOG_LEVEL: 'debug', OPS_PORT: '0' }

let own: OwnStack
let shop: Shop
let consoleProcess: RunningService
let collector: OtlpReceiver
let hook: Receiver
const others: RunningService[] = []
beforeAll(async () => {
  ;[own, collector, hook] = await Promise.all([startOwnStack({ users: [...allServices(), PETREL] }), otlpReceiver(), receiver()])
  shop = await openShop({ addresses: own.stack, env: { ...loud, ...planted(collector.url) } })
  consoleProcess = await shop.system.startService('console', plantedAtConsole(hook.url))
  others.push(consoleProcess)
}, 300_000)
afterAll(async () => {
  await shop?.[Symbol.asyncDispose]()
  await own?.remove()
  await collector?.close()
  await hook?.[Symbol.asyncDispose]()
})

const deadLetter = (endpoint: EndpointName, fits: (errorMessage: string, errorType: string) => boolean) =>
  eventually(async () => {
    const failures = await shop.failures(endpoint)
    if (!failures.some(({ errorMessage, errorType }) => fits(errorMessage, errorType)))
      throw new Error(
        `${endpoint} has only ${failures.map(({ errorType, errorMessage }) => `${errorType}: ${errorMessage}`).join(', ')}`,
      )
  }, patience)

const order = { customerId: 'ada', lines: [{ sku: 'green-tea', quantity: 1 }], acceptedAt: null }

const isRefusal = ({ level = 40, ...line }: LogLine) =>
  level >= 40 && /let us in|cannot start|password|refus/i.test(JSON.stringify(line))

test('wrong secrets are refused everywhere, and that is said', async () => {
  const silent = Object.entries(impostors).map(async ([name, { service, env: wrongly }]) => {
    // Two consoles of one database tell the same webhooks: those of who came last.
    const own = service === 'console' ? plantedAtConsole(hook.url) : {}
    const impostor = await shop.system.startService(service, { ...plantedInVain, ...own, ...wrongly })
    others.push(impostor)
    const isSaid = await impostor.logged(isRefusal, 45_000).then(
      () => true,
      () => impostor.logs.some(isRefusal),
    )
    await impostor.kill('SIGKILL')
    return isSaid ? [] : [name]
  })
  // The console asks its provider when somebody signs in.
  expect((await Promise.all(silent)).flat()).toEqual(['session'])
})

test('a mail server that refuses the password, and then the address', async () => {
  await shop.stop('email')
  const email = await shop.start('email', { SMTP_USERNAME: 'shop', SMTP_PASSWORD: wrong('smtp') })
  const orderId = await shop.placeOrder({ email: customer.email })
  await email.logged(({ msg = '', ...rest }) => /mail server/.test(msg + JSON.stringify(rest)), 60_000)
  others.push(email)
  await shop.stop('email')
  await shop.start('email')
  await shop.orderHas(orderId, wholeJourney)
  await shop.keeper.send(PlaceOrder({ ...order, orderId: uuid7(), email: `${customer.person} of ${customer.street}` }))
  await deadLetter('email', (message) => message.startsWith('The mail server refuses'))
}, 180_000)

test('handlers, a database and a gateway that refuse, a body that nobody can read, and a request that is not valid', async () => {
  const sales = new Client({ connectionString: await shop.system.createDatabase('sales'), ssl: { rejectUnauthorized: false } })
  await sales.connect()
  // PostgreSQL says in its detail: Failing row contains (…, ada, mirabella…
  await sales.query(`alter table orders add constraint no_such_address check (email not like 'constraint.%')`)
  await sales.end()
  await shop.placeOrder({ email: `constraint.${customer.email}` })
  await shop.keeper.send(PlaceOrder({ ...order, orderId: uuid7(), email: `${customer.person}\u0000, ${customer.street}` }))
  const value = Buffer.from(JSON.stringify({ name: customer.person, email: customer.email }))
  await shop.broker.publish([{ topic: shop.system.prefix + PlaceOrder.topic, key: 'strange', value, headers: {} }])
  const page = `http://127.0.0.1:${shop.system.ports.clientUi}/api/orders`
  const invalid = { ...order, email: customer.person, lines: [{ sku: customer.street, quantity: customer.person }] }
  expect((await fetch(page, jsonBody('POST', invalid))).status).toBe(400)
  await deadLetter('sales', (message, type) => type === 'WriteRefused' && message.includes('no_such_address'))
  await deadLetter('sales', (message, type) => type === 'WriteRefused' && !message.includes('no_such_address'))
  await deadLetter('sales', (_, type) => type === 'Undecodable')
  // Errors that quote what is wrong, as a library's and PostgreSQL's do.
  await shop.system.breakService('stock', `there is no customer <${customer.email}>`)
  await shop.placeOrder({ email: customer.email })
  await deadLetter('stock', (message) => message === 'there is no customer <…@…>')
  await shop.system.mendService('stock')
  await shop.gatewayBehaves({ failureRate: 1 })
  await shop.placeOrder({ email: customer.email })
  await shop.running.get('billing')?.logged((line) => /gateway/.test(JSON.stringify(line)), 60_000)
  await shop.gatewayBehaves({ failureRate: 0 })
  await consoleProcess.logged(({ msg = '' }) => msg.startsWith('a webhook was not taken'), 60_000)
}, 240_000)

test('a gateway that is away, with a login in its address', async () => {
  await shop.stop('billing')
  const url = `http://bank:${wrong('gateway')}@127.0.0.1:${shop.system.ports.paymentGateway}`
  const billing = await shop.start('billing', { PAYMENT_GATEWAY_URL: url })
  await shop.stop('payment-gateway')
  const orderId = await shop.placeOrder({ email: customer.email })
  await billing.logged((line) => JSON.stringify(line).includes('no answer from'), 60_000)
  await shop.start('payment-gateway')
  await shop.orderHas(orderId, ['OrderBilled'])
}, 180_000)

/** What somebody sees at a terminal, with the right password and with a wrong one. */
async function terminal(): Promise<Place[]> {
  const { DATABASE_URL: _, ...connected } = await shop.system.env(PETREL)
  const database = await shop.system.createDatabase('sales')
  const deploying = { ...connected, DATABASE_URL: database }
  const wrongly = new URL(database)
  wrongly.password = wrong('deploy')
  const allowed = [
    'failures',
    'failures --json',
    'failures --all',
    'lag',
    'doctor',
    'acl',
    'acl --as json',
    'acl --as sql',
    'acl --check',
    // They fail again.
    'replay sales',
    ...(await shop.failures('sales')).slice(0, 1).map(({ key }) => `order ${key ?? ''}`),
  ]
  const refused = { ...connected, KAFKA_SASL_PASSWORD_FILE: '', KAFKA_SASL_PASSWORD: wrong('terminal') }
  const unregistered = { ...deploying, SCHEMA_REGISTRY_PASSWORD_FILE: '', SCHEMA_REGISTRY_PASSWORD: wrong('terminal') }
  return [
    ...(await seen('allowed', allowed, connected)),
    ...(await seen('allowed', ['deploy sales'], deploying)),
    ...(await seen('refused by Kafka', ['failures', 'acl --check', 'deploy sales --wait 2s'], { ...deploying, ...refused })),
    ...(await seen('refused by the registry', ['deploy sales --wait 2s'], unregistered)),
    ...(await seen('refused by the database', ['deploy sales --wait 2s'], { ...deploying, DATABASE_URL: wrongly.href })),
  ]
}

async function seen(who: string, commands: readonly string[], environment: Readonly<Record<string, string>>): Promise<Place[]> {
  const places: Place[] = []
  for (const command of commands) {
    const { code, out, err } = await runPetrel(command.split(' '), environment, ROOT)
    if (who === 'allowed' ? code === 2 : code !== 1)
      throw new Error(`petrel ${command} (${who}) ended with ${code}: ${out}${err}`)
    places.push({ place: `petrel ${command} (${who})`, text: out + err })
  }
  return places
}

/** What a reader sees of the console. */
async function pages(): Promise<Place[]> {
  const { url } = await consoleProcess.logged(({ event }) => event === 'open')
  const list = `${String(url)}/api/failures`
  const { items } = await eventually(async () => {
    const found = await getJson<{ items: { id: string; endpoint: string }[] }>(list)
    expect(new Set(found.items.map(({ endpoint }) => endpoint))).toEqual(new Set(['sales', 'email', 'stock']))
    return found
  }, patience)
  const paths = [
    'failures',
    'failures.csv',
    'groups',
    'events',
    'checks',
    'endpoints',
    'summary',
    'map',
    'conversations',
    'actions',
  ]
  const all = [...paths, ...items.map(({ id }) => `failures/${id}`)]
  return Promise.all(all.map((path) => textAt(`the console's /api/${path}`, `${String(url)}/api/${path}`)))
}

test('the planted secrets and customers are in nothing that comes out', async () => {
  const secrets = [...(await passwordsOf(own.stack)), 'planted-wrong-']
  expect(secrets.length).toBeGreaterThan(20)
  const services = [...shop.running.values(), ...others]
  const shown = await pages()
  const printed = await terminal()
  await deadLetter('sales', (_, type) => type === 'Undecodable')
  const ops = await opsOf([...shop.running.values(), consoleProcess])
  const records = await recordsOf(shop)
  const places = [
    ...logsOf(services),
    ...ops,
    ...records,
    ...printed,
    ...shown,
    ...spansOf(collector),
    toldTo(hook),
    processList(),
  ]
  const holds = ({ text }: Place) => ofCustomer.test(text) || secrets.some((secret) => text.includes(secret))
  const found = places.filter(holds)
  console.log(
    `The planted secrets: ${secrets.length} and a customer, ${places.length} places searched, ${found.length === 0 ? 'none' : found.length} found.`,
  )
  expect(found.map(({ place, text }) => `${place}: ${excerpt(text, secrets)}`)).toEqual([])
  expect(places.filter(({ text }) => text === '').map(({ place }) => place)).toEqual([])
  for (const topic of [
    'headers in sales.replay',
    'sales.replayed',
    'headers in email.postponed',
    'spans of sales',
    'spans of email',
  ])
    expect(places.map(({ place }) => place)).toContain(topic)
  // The search finds what is there: bodies are where a customer belongs.
  expect((await shop.records('sales.dlt')).filter(({ value }) => ofCustomer.test(String(value))).length).toBeGreaterThan(0)
}, 240_000)

/** Around the first of them. */
function excerpt(text: string, secrets: readonly string[]): string {
  const at = Math.max(text.search(ofCustomer), ...secrets.map((secret) => text.indexOf(secret)))
  return text.slice(Math.max(0, at - 200), at + 60)
}
