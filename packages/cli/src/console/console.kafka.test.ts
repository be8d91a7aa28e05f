import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { type ConsoleSystem, consoleSystem } from '../../../../services/console/src/testing/consoleSystem.ts'
import { thrown } from '../../../../services/console/src/testing/failingEndpoint.ts'
import { runPetrel } from '../testing/runPetrel.ts'

let shop: ConsoleSystem
beforeAll(async () => void (shop = await consoleSystem()))
afterAll(() => shop[Symbol.asyncDispose]())

const petrel = (...args: string[]) => runPetrel([...args, '--console', shop.console.url], {}, import.meta.dirname)
const kafka = (...args: string[]) =>
  runPetrel(args, { KAFKA_BROKERS: shop.system.addresses.kafkaBrokers, TOPIC_PREFIX: shop.prefix }, import.meta.dirname)

/** Of the group with two. */
const idIn = (text: string): string => / {2}2 {2}([\da-f]{8})/.exec(text)?.[1] ?? ''

test('a console says the same as Kafka, and sends back what is asked for', async () => {
  expect(await petrel('failures')).toMatchObject({ code: 0, out: expect.stringMatching(/^Nothing waits for you/) })
  await shop.fail([{ id: 'c-1' }, { id: 'c-2' }], thrown('No card for order 7', 'chargeCard.ts:3'))
  await shop.fail([{ id: 'c-3' }], thrown('The till is closed', 'billOrder.ts:14'))
  const overview = await eventually(async () => {
    const { out } = await petrel('failures')
    expect(out).toMatch(/ {2}2 {2}[\da-f]{8} {2}billing .*Unrecoverable at chargeCard\.ts:3: No card for order <n>\n/)
    expect(out).toMatch(/ {2}1 {2}[\da-f]{8} {2}billing .*Unrecoverable at billOrder\.ts:14: The till is closed\n/)
    return out
  })
  const group = idIn(overview)
  expect(idIn((await kafka('failures')).out)).toBe(group)

  const one = await petrel('failures', '--group', group)
  for (const id of ['c-1', 'c-2']) expect(one.out).toContain(`\n${id} `)
  expect(one.out).not.toContain('c-3')
  expect(await petrel('replay', '--group', group)).toEqual({ code: 0, out: 'Sent 2 messages back.\n', err: '' })
  expect(await petrel('replay', 'billing', '--id', 'c-3')).toMatchObject({ code: 0, out: 'Sent 1 message back.\n' })
  expect(await petrel('replay', 'billing', '--id', 'c-9')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^Sent nothing back/),
  })
  expect((await kafka('failures')).out).toMatch(/^Nothing waits for you/)
})

test('a console that is away is said, with the ways out', async () => {
  const ran = await runPetrel(['failures', '--console', 'http://127.0.0.1:9'], {}, import.meta.dirname)
  expect(ran).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^The console at .* does not answer: .*leave out --console/),
  })
})
