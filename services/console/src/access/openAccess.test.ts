import { silentLog } from '@petrel/messaging'
import { request } from 'node:http'
import { expect, test, vi } from 'vitest'
import { settingsSchema } from '../settings.ts'
import { csrfHeader, type Told } from './access.ts'
import { chooseAccess } from './chooseAccess.ts'
import { neededSettings, startGuarded } from './testing/guarded.ts'

const open = (settings: Readonly<Record<string, string>> = {}) => startGuarded(() => settings, silentLog)
const toldBy = async (url: string) => (await (await fetch(`${url}/api/who`)).json()) as Told
const change = (csrf: string, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', [csrfHeader]: csrf, ...headers },
  body: '{}',
})

test('on one machine everybody may do everything, and is told so', async () => {
  await using guarded = await open()
  const told = await toldBy(guarded.url)
  expect(told).toEqual({ kind: 'open', user: 'local', role: 'admin', csrf: expect.stringMatching(/^.{43}$/) })
  expect((await fetch(`${guarded.url}/api/erase`, change(told.csrf))).status).toBe(200)
})

test.for([
  ['without the token', { [csrfHeader]: 'x' }, 403],
  ['from another site’s page', { origin: 'http://elsewhere.example' }, 403],
  ['from another port of this machine', { origin: 'http://127.0.0.1:1' }, 403],
  ['from another site, as the browser says', { 'sec-fetch-site': 'same-site' }, 403],
  ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
] as const)('a change %s is refused all the same', async ([, headers, status]) => {
  await using guarded = await open()
  const { csrf } = await toldBy(guarded.url)
  expect((await fetch(`${guarded.url}/api/change`, change(csrf, headers))).status).toBe(status)
  expect(guarded.changedBy).toEqual([])
})

test('instances with the same secret take each other’s token, and others do not', async () => {
  const secret = { CONSOLE_SESSION_SECRET: 'the secret of a test that is longer than 32 characters' }
  await using one = await open(secret)
  await using other = await open(secret)
  await using stranger = await open()
  const { csrf } = await toldBy(one.url)
  expect((await fetch(`${other.url}/api/change`, change(csrf))).status).toBe(200)
  expect((await fetch(`${stranger.url}/api/change`, change(csrf))).status).toBe(403)
})

/** fetch does not let anybody say another Host. */
const statusFor = (url: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request(`${url}/api/who`, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })

test.for([
  'localhost:8090',
  '127.0.0.1',
  '[::1]:8090',
  '10.0.0.7:8090',
  'console',
  'console.petrel.svc:8090',
  'my.console.example',
])('asked for %s it answers', async (host) => {
  await using guarded = await open({ CONSOLE_URL: 'http://my.console.example' })
  expect(await statusFor(guarded.url, host)).toBe(200)
})

test.for(['rebound.example:8090', 'localhost.example', 'svc.example', '127.0.0.1.nip.example'])(
  'asked for %s, which strangers can make lead here, it does not answer',
  async (host) => {
    await using guarded = await open()
    expect(await statusFor(guarded.url, host)).toBe(421)
  },
)

test('who changes too much within a minute has to wait, and is told how long', async () => {
  await using guarded = await open({ CONSOLE_ACTIONS_PER_MINUTE: '3' })
  const { csrf } = await toldBy(guarded.url)
  const answers = []
  for (let time = 0; time < 4; time += 1) answers.push(await fetch(`${guarded.url}/api/change`, change(csrf)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await fetch(`${guarded.url}/api/who`)).status).toBe(200)
})

const choose = (settings: Readonly<Record<string, string>>, log = silentLog) =>
  chooseAccess(settingsSchema.parse({ ...neededSettings, ...settings }), log)

test.for(['0.0.0.0', '::', '10.0.0.7', 'console.example.org'])(
  'at %s, where other machines reach it, it does not start without a login, unless a setting says so',
  (host) => {
    expect(() => choose({ CONSOLE_HOST: host })).toThrow(
      `CONSOLE_HOST is ${host}: other machines would reach the console, and nobody would have to sign in. Name a login provider with CONSOLE_OIDC_ISSUER, or set CONSOLE_WITHOUT_LOGIN=everywhere`,
    )
    const warn = vi.fn<typeof silentLog.warn>()
    choose({ CONSOLE_HOST: host, CONSOLE_WITHOUT_LOGIN: 'everywhere' }, { ...silentLog, warn })
    expect(warn).toHaveBeenCalledWith({ access: 'open' }, expect.stringContaining('whoever does may do everything'))
  },
)

test.for(['127.0.0.1', 'localhost', '::1', '127.1.2.3'])('at %s it says in its log that there is no login', (host) => {
  const info = vi.fn<typeof silentLog.info>()
  choose({ CONSOLE_HOST: host }, { ...silentLog, info })
  expect(info).toHaveBeenCalledWith({ access: 'open' }, expect.stringContaining('there is no login'))
})

const login = {
  CONSOLE_HOST: '0.0.0.0',
  CONSOLE_URL: 'https://console.example.org',
  CONSOLE_OIDC_ISSUER: 'https://login.example.org',
  CONSOLE_OIDC_CLIENT_ID: 'petrel',
  CONSOLE_SESSION_SECRET: 'the secret of a test that is longer than 32 characters',
}

test('with a login it starts anywhere, and what is missing is named', () => {
  expect(choose(login)).toBeDefined()
  for (const name of ['CONSOLE_URL', 'CONSOLE_OIDC_CLIENT_ID', 'CONSOLE_SESSION_SECRET'] as const) {
    const { [name]: _, ...rest } = login
    expect(() => choose(rest)).toThrow(`${name} is missing`)
  }
  expect(() => choose({ ...login, CONSOLE_OIDC_ISSUER: 'http://login.example.org' })).toThrow('without https')
  expect(() => choose({ ...login, CONSOLE_URL: 'https://example.org/console' })).toThrow('has a path')
  expect(() => choose({ ...login, CONSOLE_SESSION_SECRET: 'short' })).toThrow('is shorter than 32 characters')
})
