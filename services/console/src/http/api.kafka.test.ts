import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { eventually } from '../../../../test/support/eventually.ts'
import { hasPython, pythonWith } from '../../../../test/support/python.ts'
import { type ConsoleSystem, consoleSystem } from '../testing/consoleSystem.ts'
import { thrown } from '../testing/failingEndpoint.ts'

const run = promisify(execFile)
const document = join(import.meta.dirname, '../../openapi.yaml')
const isMissing = !(await hasPython())
if (isMissing) console.log('The API is not fuzzed: that needs Python 3.11 or newer with venv.')

let shop: ConsoleSystem
let failures: string[]
beforeAll(async () => {
  shop = await consoleSystem({ CONSOLE_ACTIONS_PER_MINUTE: '100000' })
  const ids = Array.from({ length: 40 }, (_, number) => `fuzzed-${number}`)
  await shop.fail(ids.map((id) => ({ id })))
  await shop.fail([{ id: 'odd-\u0000-1', key: '\ud800', headers: { 'x-odd': '\u0000' } }], thrown('\u0000 odd'))
  failures = await eventually(async () => {
    const { items } = await shop.get<{ items: { id: string }[] }>('/api/failures?limit=200')
    expect(items).toHaveLength(41)
    return items.map(({ id }) => id)
  })
})
afterAll(() => shop[Symbol.asyncDispose]())

test('what is at an address that the document has not is a problem, and so is another method', async () => {
  const answer = await fetch(`${shop.console.url}/api/nothing`)
  expect(answer.status).toBe(404)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  const { paths } = parse(await readFile(document, 'utf8')) as { paths: Record<string, object> }
  for (const path of Object.keys(paths)) {
    const { status, headers } = await fetch(shop.console.url + path.replace('{id}', failures[0] ?? ''), { method: 'OPTIONS' })
    expect([path, status, headers.get('allow')?.includes('HEAD')]).toEqual([path, 200, expect.any(Boolean)])
  }
})

describe.skipIf(isMissing && process.env['CI'] === undefined)('schemathesis', () => {
  test('finds no request that the console answers otherwise than its document says', async () => {
    const python = await pythonWith(join(import.meta.dirname, 'fuzz/requirements.txt'))
    const { access } = await shop.get<{ access: { csrf: string } }>('/api/summary')
    const seed = process.env['FUZZ_SEED'] ?? String(Math.floor(Math.random() * 1_000_000))
    console.log(`FUZZ_SEED=${seed}`)
    const examples = process.env['FUZZ_EXAMPLES'] ?? '15'
    const options = ['--url', shop.console.url, '--seed', seed, '--max-examples', examples, '--no-color']
    const header = ['--header', `x-petrel-csrf: ${access.csrf}`]
    // Whether a token may be left out is E’s to say, and a stream of events has no end.
    const checks = ['--exclude-checks', 'unsupported_method,missing_required_header,ignored_auth,positive_data_acceptance']
    const { stdout, code } = await run(
      python,
      ['-m', 'schemathesis.cli', 'run', document, ...options, ...header, ...checks],
      { maxBuffer: 64 * 1024 * 1024 },
    ).then(
      ({ stdout }) => ({ stdout, code: 0 }),
      (error: { stdout: string; stderr: string; code: number }) => ({ stdout: error.stdout + error.stderr, code: error.code }),
    )
    expect(code, stdout.slice(-12_000)).toBe(0)
  })
})
