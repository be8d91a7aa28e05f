import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { type FakeOptions, startFakeConsole } from './fakeConsole.ts'
import { failureOf, idOf, sevenFailures } from './story.ts'

// The page is tested with a console that only remembers. It must answer what the real one answers.

interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> } | undefined>>
}

const json = 'application/json'
const document = parse(await readFile(join(import.meta.dirname, '../../openapi.yaml'), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}
const reads = Object.entries(document.paths).flatMap(([path, { get }]) =>
  get?.responses['200']?.content?.[json] === undefined ? [] : [{ path, operation: get }],
)
const schemas = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: {
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'date-time': (text: string) => new Date(text).toISOString() === text,
  },
}).addSchema(document, 'openapi')

/** The page asks for none of these: programs and people who want a file do. */
const notOfThePage = ['exportFailuresJson', 'listReplays']

const unknownId = idOf(1, 99)
const addresses = [
  '/api/summary',
  ...['error', 'type', 'endpoint', 'errorType'].map((by) => `/api/groups?by=${by}`),
  '/api/failures',
  '/api/failures?limit=2&sort=attempts',
  ...[1, 11, 61, 100].flatMap((number) =>
    ['', '?unmasked=true', '/editable'].map((more) => `/api/failures/${idOf(number)}${more}`),
  ),
  '/api/conversations',
  ...[idOf(1, 4), idOf(11, 4), idOf(501, 5)].map((id) => `/api/conversations/${id}`),
  ...['1', '15'].map((window) => `/api/endpoints?window=${window}`),
  ...['sales', 'billing', 'email'].map((name) => `/api/endpoints/${name}`),
  '/api/map',
  '/api/checks',
  '/api/events',
  '/api/actions',
  '/api/faults',
  `/api/erasures/${unknownId}`,
]

/** The operation of an address. */
function readOf(address: string) {
  const path = address.replace(/\?.*/, '')
  const found = reads.find((read) => new RegExp(`^${read.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
  if (found === undefined) throw new Error(`The document has no ${address}`)
  return found
}

/** What is wrong with an answer. */
function faultsIn(address: string, answer: unknown): string[] {
  const { path } = readOf(address)
  const pointer = ['paths', path, 'get', 'responses', '200', 'content', json, 'schema']
  const escaped = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
  const validate = schemas.compile({ $ref: `openapi#/${escaped.join('/')}` })
  if (validate(answer)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${address} ${instancePath} ${message ?? ''}`)
}

const much: FakeOptions = {
  failures: [...sevenFailures(Date.now()), failureOf('spring', 61, { at: Date.now() })],
  guards: ['sales'],
  silent: ['email'],
  breakIt: true,
}

test.each([
  ['after a night in which much happened', much],
  ['when nothing has happened yet', { isNew: true, breakIt: true }],
])('the console of the tests answers as the document says: %s', async (_, options: FakeOptions) => {
  const fake = await startFakeConsole(options)
  onTestFinished(() => fake.close())
  const { url, store } = fake
  const replay = store.replay(store.failures.slice(0, 2))
  const faults: string[] = []
  for (const address of [...addresses, `/api/replays/${replay.replayId}`]) {
    const answer = await fetch(url + address, { headers: { accept: json } })
    if (answer.status === 404 && options.isNew) continue
    expect(answer.status, address).toBe(200)
    faults.push(...faultsIn(address, await answer.json()))
  }
  expect(faults).toEqual([])
})

test('the console of the tests is asked for all that the page asks for', () => {
  const asked = new Set([...addresses, `/api/replays/${unknownId}`].map((address) => readOf(address).operation.operationId))
  const missing = reads.map(({ operation }) => operation.operationId).filter((name) => !asked.has(name))
  expect(missing.toSorted()).toEqual(notOfThePage)
})
