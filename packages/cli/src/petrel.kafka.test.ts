import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Broker, kafkajsBroker, silentLog } from '@petrel/messaging/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testSystem, type TestSystem } from '../../../test/support/stack.ts'
import { petrel as run } from './petrel.ts'

let system: TestSystem
let broker: Broker
let env: Record<string, string>
beforeAll(async () => {
  system = await testSystem()
  broker = kafkajsBroker({ brokers: system.addresses.kafkaBrokers.split(','), clientId: 'test', log: silentLog })
  env = await system.env('sales')
})
afterAll(async () => {
  await broker.close()
  await system.cleanup()
})

/** Runs the command in this project. */
async function petrel(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const output = Promise.all([text(stdout), text(stderr)])
  const code = await run(args, { env, cwd: import.meta.dirname, stdout, stderr })
  stdout.end()
  stderr.end()
  const [out, err] = await output
  return { code, out, err }
}

/** A message that sales could not handle. */
async function fail(id: string, orderId: string): Promise<void> {
  const headers = {
    ce_id: id,
    ce_type: 'sales.PlaceOrder',
    'petrel-original-topic': `${system.prefix}sales.place-order`,
    'petrel-original-partition': '0',
    'petrel-original-offset': id.slice(-1),
    'petrel-error-type': 'Error',
    'petrel-error-message': `Order ${id.slice(-1)} has no lines`,
    'petrel-attempts': '12',
    'petrel-failed-at': new Date().toISOString(),
  }
  await broker.publish([{ topic: `${system.prefix}sales.dlt`, key: orderId, value: Buffer.from('body'), headers }])
}

test('a service that was not deployed ends with a sentence that says what to run', async () => {
  const sales = await system.startService('sales')
  expect(await sales.exited).toMatchObject({ code: 1 })
  const said = sales.logs.map(({ msg }) => msg).join('\n')
  expect(said).toMatch(/Endpoint "sales" is not deployed: topic .* missing\. Run: petrel deploy sales/)
})

test('deploy says what it made; again there is nothing to make', async () => {
  const first = await petrel('deploy', 'sales')
  expect(first).toMatchObject({ code: 0, err: '' })
  expect(first.out).toContain(`topic      ${system.prefix}sales.place-order\n`)
  expect(first.out).toContain('migration  sales: sales/001_')
  expect(await petrel('deploy', 'sales')).toEqual({ code: 0, out: 'sales is deployed.\n', err: '' })

  const billing = await petrel('deploy', 'sales', 'billing')
  expect(billing).toMatchObject({ code: 1, out: '', err: expect.stringContaining('name that one') })
})

test('failures are listed, sent back one or all, and not twice; the order tells of it', async () => {
  await petrel('deploy', 'sales')
  expect(await petrel('failures')).toMatchObject({ code: 0, out: expect.stringMatching(/^Nothing waits for you/) })
  for (const number of [1, 2, 3]) await fail(`m-${number}`, `order-${number}`)

  const { out } = await petrel('failures')
  expect(out).toMatch(
    /^COUNT +ENDPOINT +MESSAGE +SINCE +LAST +ERROR\n +3 +sales +sales\.PlaceOrder .* Error: Order <n> has no lines\n/,
  )
  expect((await petrel('failures', '--endpoint', 'sales')).out).toMatch(
    /\nm-2 +order-2 +sales\.PlaceOrder +12 .* Error: Order 2 has no lines\n/,
  )
  const [group] = JSON.parse((await petrel('failures', '--json')).out) as { count: number; failures: { id: string }[] }[]
  expect(group).toMatchObject({ count: 3, endpoint: 'sales', type: 'sales.PlaceOrder' })
  expect(group?.failures.map(({ id }) => id)).toEqual(['m-1', 'm-2', 'm-3'])

  expect(await petrel('replay', 'sales', '--id', 'm-2')).toEqual({ code: 0, out: 'Sent 1 message back to sales.\n', err: '' })
  expect(await petrel('replay', 'sales', '--id', 'm-2', 'm-9')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/m-2 was sent back before, and has not failed since\.\nm-9 never failed at sales/),
  })
  expect(JSON.parse((await petrel('replay', 'sales', '--json')).out)).toEqual({ replayed: 2, already: [], unknown: [] })
  expect(await petrel('replay', 'sales')).toMatchObject({ code: 1, out: expect.stringMatching(/^Sent nothing back to sales/) })

  const order = await petrel('order', 'order-2')
  expect(order).toMatchObject({ code: 0, err: '' })
  expect(order.out).toMatch(/sales gave up after 12 tries: Error: Order 2 has no lines .*\n.* sent back to sales by a person/)
  expect(JSON.parse((await petrel('order', 'order-2', '--json')).out)).toHaveLength(2)
})

test('what is not there is said in a sentence', async () => {
  await petrel('deploy', 'sales')
  expect(await petrel('order', 'order-99')).toEqual({ code: 1, out: 'No record has the key order-99.\n', err: '' })
  expect(await petrel('failures', '--endpoint', 'selas')).toEqual({
    code: 1,
    out: '',
    err: 'There is no endpoint "selas". There are: sales.\n',
  })
  expect(await petrel('replay', 'selas')).toMatchObject({ code: 1, err: 'There is no endpoint "selas". There are: sales.\n' })
  expect(await petrel('deploy', 'selas')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^There is no service selas\. There are: /),
  })
})

test('the command itself tells wrong usage from failure', async () => {
  const command = fileURLToPath(new URL('../bin/petrel.mjs', import.meta.url))
  const ended = async (...args: string[]) => {
    const child = spawn(process.execPath, [command, ...args], { env: { ...process.env, ...env, KAFKA_BROKERS: '127.0.0.1:1' } })
    const output = Promise.all([text(child.stdout), text(child.stderr)])
    const [code] = (await once(child, 'exit')) as [number]
    const [out, err] = await output
    return { code, out, err }
  }
  expect(await ended('replay')).toMatchObject({ code: 2, err: "error: missing required argument 'endpoint'\n" })
  expect(await ended('failures')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^Could not .*127\.0\.0\.1:1\n$/),
  })
  expect(await ended('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes') })
})
