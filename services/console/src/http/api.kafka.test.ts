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
const folder = join(import.meta.dirname, 'fuzz')
const isMissing = !(await hasPython())
if (isMissing) console.log('The API is not fuzzed: that needs Python 3.11 or newer with venv.')

/** What can be broken is asked of a system that is not there. */
const nobody = 'http://127.0.0.1:9'

let shop: ConsoleSystem
let failures: string[]
beforeAll(async () => {
  shop = await consoleSystem({ CONSOLE_ACTIONS_PER_MINUTE: '100000', LOCAL_CONTROL_URL: nobody })
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

test('each address takes the methods that the document has, and what is not there is a problem', async () => {
  const answer = await fetch(`${shop.console.url}/api/nothing`)
  expect(answer.status).toBe(404)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  const { paths } = parse(await readFile(document, 'utf8')) as { paths: Record<string, object> }
  for (const path of Object.keys(paths)) {
    const other = await fetch(shop.console.url + path.replace('{id}', failures[0] ?? ''), { method: 'OPTIONS' })
    const allowed = other.headers
      .get('allow')
      ?.split(', ')
      .filter((method) => method !== 'HEAD')
      .map((method) => method.toLowerCase())
    expect([path, allowed?.toSorted()]).toEqual([path, Object.keys(paths[path] ?? {}).toSorted()])
  }
})

// Where all tests must run (.ci/run) it is a failure.
describe.skipIf(isMissing && process.env['CI'] === undefined)('schemathesis', () => {
  test('finds no request that the console answers otherwise than its document says', { timeout: 600_000 }, async () => {
    const python = await pythonWith(join(folder, 'requirements.txt'))
    const { access } = await shop.get<{ access: { csrf: string } }>('/api/summary')
    const seed = process.env['FUZZ_SEED'] ?? String(Math.floor(Math.random() * 1_000_000))
    console.log(`FUZZ_SEED=${seed}`)
    const config = ['--config-file', join(folder, 'schemathesis.toml'), 'run', document]
    const options = ['--url', shop.console.url, '--seed', seed, '--no-color', '--header', `x-petrel-csrf: ${access.csrf}`]
    const more = ['--max-examples', process.env['FUZZ_EXAMPLES'] ?? '10', '--phases', process.env['FUZZ_PHASES'] ?? 'fuzzing']
    const said = await run(python, ['-m', 'schemathesis.cli', ...config, ...options, ...more], {
      maxBuffer: 64 * 1024 * 1024,
    }).then(
      () => 'nothing',
      (error: { stdout: string; stderr: string }) => lastOf(error.stdout + error.stderr),
    )
    expect(said).toBe('nothing')
  })
})

/** Long lines are what it has sent. */
const lastOf = (output: string): string =>
  output
    .split('\n')
    .map((line) => line.slice(0, 500))
    .join('\n')
    .slice(-12_000)
