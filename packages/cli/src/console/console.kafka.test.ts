import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { client, program } from '../../../../services/console/src/access/testing/loginProvider.ts'
import { type ConsoleSystem, consoleSystem } from '../../../../services/console/src/testing/consoleSystem.ts'
import { consoleWithLogin } from '../../../../services/console/src/testing/consoleWithLogin.ts'
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

test('a console with a login is asked with a token of its provider, and does what the token’s role may', async () => {
  await using withLogin = await consoleWithLogin(shop.system)
  const { url, provider } = withLogin
  provider.roles.set(program.id, ['reader'])
  const asked = (env: Readonly<Record<string, string>>, ...args: string[]) =>
    runPetrel([...args, '--console', url], env, import.meta.dirname)

  expect(await asked({}, 'failures')).toMatchObject({ code: 1, err: expect.stringContaining('Set PETREL_CONSOLE_TOKEN') })
  expect(await asked({ PETREL_CONSOLE_TOKEN: 'nonsense' }, 'failures')).toMatchObject({
    code: 1,
    err: expect.stringContaining('refused the token: it is no signed JWT'),
  })
  const PETREL_CONSOLE_TOKEN = await provider.tokenFor(client.id)
  await shop.fail([{ id: 'guarded-1' }], thrown('Behind a login', 'guarded.ts:1'))
  const group = await eventually(async () => {
    const { code, out } = await asked({ PETREL_CONSOLE_TOKEN }, 'failures')
    expect([code, out]).toEqual([0, expect.stringContaining('guarded.ts:1')])
    return / {2}1 {2}([\da-f]{8}).*guarded\.ts:1/.exec(out)?.[1] ?? ''
  })
  expect(await asked({ PETREL_CONSOLE_TOKEN }, 'replay', '--group', group)).toMatchObject({
    code: 1,
    err: expect.stringContaining('with the role reader. This needs operator'),
  })

  provider.roles.set(program.id, ['operator'])
  const folder = await mkdtemp(join(tmpdir(), 'petrel-token-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const PETREL_CONSOLE_TOKEN_FILE = join(folder, 'token')
  await writeFile(PETREL_CONSOLE_TOKEN_FILE, `${await provider.tokenFor(client.id)}\n`)
  const out = 'Sent 1 message back.\n'
  expect(await asked({ PETREL_CONSOLE_TOKEN_FILE }, 'replay', '--group', group)).toEqual({ code: 0, out, err: '' })
  const { items } = await shop.get<{ items: { what: string; by: string }[] }>('/api/actions')
  expect(items[0]).toMatchObject({ what: 'replay', by: program.id })
})

const failuresAt = (url: string, env: Readonly<Record<string, string>>) =>
  runPetrel(['failures', '--console', url], env, import.meta.dirname)

test('a token is sent to no console that everybody on the way can hear, and a file that is not there is said', async () => {
  expect(await failuresAt('http://console.example.org', { PETREL_CONSOLE_TOKEN: 'secret' })).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^The token would go to http:\/\/console\.example\.org unencrypted/),
  })
  expect(await failuresAt(shop.console.url, { PETREL_CONSOLE_TOKEN_FILE: '/nowhere/token' })).toMatchObject({
    code: 1,
    err: expect.stringContaining('PETREL_CONSOLE_TOKEN_FILE names /nowhere/token, which cannot be read'),
  })
})
