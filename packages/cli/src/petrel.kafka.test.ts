import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { foreignKafkaProducer } from '../../messaging/src/broker/kafkajs/testing/foreignKafkaProducer.ts'
import { runPetrel } from './testing/runPetrel.ts'
import { systemOfSales } from './testing/systemOfSales.ts'

const { system, broker, env, close } = await systemOfSales()
afterAll(close)

/** Runs the command in this project. */
const petrel = (...args: string[]) => runPetrel(args, env, import.meta.dirname)

/** A message that sales could not handle. */
const failed = (
  id: string,
  orderId: string,
  more: Readonly<Record<string, string>> = {},
  value: Buffer | null = Buffer.from('body'),
) => ({
  topic: `${system.prefix}sales.dlt`,
  key: orderId,
  value,
  headers: {
    ce_id: id,
    ce_type: 'sales.PlaceOrder',
    'petrel-original-topic': `${system.prefix}sales.place-order`,
    'petrel-original-partition': '0',
    'petrel-original-offset': id.slice(-1),
    'petrel-error-type': 'Error',
    'petrel-error-message': `Order ${id.slice(-1)} has no lines`,
    'petrel-attempts': '12',
    'petrel-failed-at': new Date().toISOString(),
    ...more,
  },
})

const fail = (...what: Parameters<typeof failed>) => broker.publish([failed(...what)])

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

test('failures are listed, sent back one or all, and not twice; the order shows it', async () => {
  await petrel('deploy', 'sales')
  expect(await petrel('failures')).toMatchObject({ code: 0, out: expect.stringMatching(/^Nothing waits for you/) })
  for (const number of [1, 2, 3]) await fail(`m-${number}`, `order-${number}`)

  const { out } = await petrel('failures')
  expect(out).toMatch(
    /^COUNT +GROUP +ENDPOINT +MESSAGE +SINCE +LAST +ERROR\n +3 +[\da-f]{8} +sales +sales\.PlaceOrder .* Error: Order <n> has no lines\n/,
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
  expect(JSON.parse((await petrel('replay', 'sales', '--json')).out)).toMatchObject({ replayed: 2, already: [], unsendable: [] })
  expect(await petrel('replay', 'sales')).toMatchObject({ code: 1, out: expect.stringMatching(/^Sent nothing back to sales/) })

  const order = await petrel('order', 'order-2')
  expect(order).toMatchObject({ code: 0, err: '' })
  expect(order.out).toMatch(/sales gave up after 12 tries: Error: Order 2 has no lines .*\n.* sent back to sales by a person/)
  expect(JSON.parse((await petrel('order', 'order-2', '--json')).out)).toHaveLength(2)
})

test('a group is shown and sent back by its id, which may be cut', async () => {
  await petrel('deploy', 'sales')
  await fail('m-11', 'order-11')
  await fail('m-12', 'order-12')
  await fail('m-13', 'order-13', { 'petrel-error-message': 'No such card' })
  const groups = JSON.parse((await petrel('failures', '--json')).out) as { id: string; count: number }[]
  expect(groups.map(({ count }) => count)).toEqual([2, 1])
  const id = groups[0]?.id.slice(0, 8) ?? ''
  const { out } = await petrel('failures', '--group', id)
  expect(out).toMatch(/\nm-11 .*\nm-12 /)
  expect(out).not.toContain('m-13')
  expect(await petrel('replay', '--group', id)).toEqual({ code: 0, out: 'Sent 2 messages back to sales.\n', err: '' })
  expect(await petrel('replay', '--group', id)).toMatchObject({ code: 1, err: expect.stringContaining(`No group ${id} waits.`) })
  expect(await petrel('replay', 'sales', '--id', 'm-13')).toMatchObject({ code: 0 })
})

test('what is discarded waits no longer and is not sent back; who did it and why is kept', async () => {
  await petrel('deploy', 'sales')
  await fail('m-7', 'order-7')
  expect(await petrel('discard', 'sales', '--reason', '  ')).toMatchObject({ code: 1, err: expect.stringMatching(/^Why shall/) })
  expect(await petrel('discard', 'sales', '--id', 'm-7', '--reason', 'The order was invented')).toEqual({
    code: 0,
    out: 'Discarded 1 message of sales. petrel failures --all still shows it.\n',
    err: '',
  })
  expect(await petrel('replay', 'sales', '--id', 'm-7')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/m-7 was discarded by .+@.+ on 20.*: The order was invented\n$/),
  })
  expect((await petrel('failures')).out).toMatch(/^Nothing waits for you/)
  expect((await petrel('failures', '--all')).out).toMatch(
    /\nDISCARDED +ENDPOINT +KEY +WHEN +BY +WHY\nm-7 +sales +order-7 +.*@.* The order was invented\n$/,
  )

  expect(await petrel('restore', 'sales', '--id', 'm-7')).toEqual({
    code: 0,
    out: '1 message of sales waits again. petrel failures shows it.\n',
    err: '',
  })
  expect(await petrel('restore', 'sales', '--id', 'm-7')).toMatchObject({
    code: 1,
    out: expect.stringContaining('m-7 waits already.'),
  })
  expect((await petrel('failures', '--endpoint', 'sales')).out).toMatch(/\nm-7 +order-7 /)
  expect((await petrel('replay', 'sales', '--id', 'm-7')).out).toBe('Sent 1 message back to sales.\n')
})

test('what others have written is shown, and the terminal does not obey it', async () => {
  await petrel('deploy', 'sales')
  const nasty = '\u001b[J\u0007\u009b'
  await fail(`m-${nasty}8`, `order-${nasty}8`, { 'petrel-error-message': `Order ${nasty}`, ce_conversationid: nasty })
  for (const args of [['failures'], ['failures', '--endpoint', 'sales'], ['failures', '--json'], ['order', `order-${nasty}8`]]) {
    const { out } = await petrel(...args)
    expect(out).toContain('\\u001b[J\\u0007\\u009b')
    // oxlint-disable-next-line no-control-regex -- these are what it is about.
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  }
  await petrel('discard', 'sales', '--reason', 'done')
})

const placed = (orderId: string) => ({
  topic: `${system.prefix}sales.place-order`,
  key: orderId,
  value: null,
  headers: { ce_type: 'sales.PlaceOrder' },
})

test('an order is found by how its id begins or ends; when several do, they are listed', async () => {
  await petrel('deploy', 'sales')
  for (const orderId of ['30cc21d4-0001-7000-8000-00000000beef', '30cc21d4-0002-7000-8000-00000000cafe'])
    await broker.publish([placed(orderId)])

  for (const part of ['00cafe', '30cc21d4-0002'])
    expect(await petrel('order', part)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^30cc21d4-0002-7000-8000-00000000cafe {2}1 record in 0 ms /),
    })
  const several = await petrel('order', '30cc21d4')
  expect(several).toMatchObject({ code: 1, err: '' })
  expect(several.out).toMatch(/^2 keys begin or end with 30cc21d4\. Which one\?\nKEY +LAST MESSAGE\n/)
  expect(several.out).toContain('\n30cc21d4-0001-7000-8000-00000000beef  ')
})

test('what a transaction has taken back is neither shown nor sent back', async () => {
  await petrel('deploy', 'sales')
  const foreign = foreignKafkaProducer(system.addresses.kafkaBrokers.split(','))
  await foreign.transaction([failed('m-31', 'order-31'), placed('order-31')], 'abort')
  await foreign.transaction([failed('m-32', 'order-32'), placed('order-32')], 'commit')
  await foreign.transaction([failed('m-33', 'order-33'), placed('order-33')], 'abort')

  expect((await petrel('failures', '--all')).out).toMatch(/^COUNT .*\n +1 +[\da-f]{8} +sales .* Order <n> has no lines\n/)
  for (const args of [
    ['failures', '--endpoint', 'sales'],
    ['failures', '--json'],
  ]) {
    const { out } = await petrel(...args)
    expect(out).toContain('m-32')
    expect(out).not.toMatch(/m-3[13]|order-3[13]/)
  }
  expect(await petrel('replay', 'sales', '--id', 'm-31')).toMatchObject({
    code: 1,
    out: expect.stringContaining('m-31 never failed at sales'),
  })
  expect(await petrel('replay', 'sales')).toEqual({ code: 0, out: 'Sent 1 message back to sales.\n', err: '' })
  for (const orderId of ['order-31', 'order-33'])
    expect(await petrel('order', orderId)).toMatchObject({ code: 1, out: expect.stringMatching(/^No record has the key /) })
  expect(await petrel('order', 'order-32')).toMatchObject({ code: 0, out: expect.stringContaining('Order 2 has no lines') })
})

test('a body that was left out is fetched when its message is sent back; where it is gone, the list goes on waiting', async () => {
  await petrel('deploy', 'sales')
  const topic = `${system.prefix}sales.place-order`
  const body = Buffer.alloc(1_000, 'body')
  const before = await broker.admin.offsets(topic)
  await broker.publish([{ topic, key: 'order-5', value: body, partition: 1, headers: { ce_id: 'm-5', ce_source: 'client-ui' } }])
  const parked = (offset: bigint | undefined) => ({
    'petrel-original-partition': '1',
    'petrel-original-offset': String(offset),
    'petrel-body-bytes': '1000',
    'petrel-body-sha256': createHash('sha256').update(body).digest('hex'),
    ce_source: 'client-ui',
  })
  await fail('m-5', 'order-5', parked(before[1]?.latest), null)
  await fail('m-6', 'order-6', parked(1_000_000n), null)
  for (const args of [[], ['--endpoint', 'sales']])
    expect((await petrel('failures', ...args)).out).toMatch(/\nm-5: its body of 1000 bytes did not fit into .*sales\.dlt\./)

  expect(await petrel('replay', 'sales')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^Sent 1 message back to sales\.\nm-6 from client-ui cannot be sent and still waits\. .* is gone/),
  })
  expect((await petrel('failures', '--endpoint', 'sales')).out).toMatch(/\nm-6 +order-6 /)
  await petrel('discard', 'sales', '--reason', 'done')
})

test('what is not there is said in a sentence', async () => {
  await petrel('deploy', 'sales')
  expect(await petrel('order', 'order-99')).toEqual({
    code: 1,
    out: 'No record has the key order-99, or one that begins or ends with it.\n',
    err: '',
  })
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

test('the command itself has one exit code for wrong usage and another for failure', async () => {
  const command = fileURLToPath(new URL('../bin/petrel.mjs', import.meta.url))
  const ended = async (...args: string[]) => {
    const child = spawn(process.execPath, [command, ...args], { env: { ...process.env, ...env, KAFKA_BROKERS: '127.0.0.1:1' } })
    const output = Promise.all([text(child.stdout), text(child.stderr)])
    const [code] = (await once(child, 'exit')) as [number]
    const [out, err] = await output
    return { code, out, err }
  }
  expect(await ended('replay')).toMatchObject({
    code: 2,
    err: "error: missing required argument 'endpoint', or the option --group\n",
  })
  expect(await ended('failures')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(
      /^Kafka does not answer: start it with npm start, or set KAFKA_BROKERS to where it runs\. \(.*127\.0\.0\.1:1\)\n$/,
    ),
  })
  expect(await ended('order', 'o-1')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^Kafka does not answer: .*\n$/),
  })
  expect(await ended('discard', 'sales')).toMatchObject({ code: 2, err: expect.stringContaining('--reason') })
  expect(await ended('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes') })
})
