import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { cp, readdir, readFile, realpath, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ProjectCopy, projectCopy } from '../testing/projectCopy.ts'
import { runPetrel } from '../testing/runPetrel.ts'

/** Topics of messages with different keys, with fields of all kinds. */
const ofAllKinds = ['sales.order-placed', 'sales.product-listed', 'email.customer-notified']
/** The type-aware lint and the compiler begin from nothing, on whatever else the machine does. */
const patience = 180_000

let project: ProjectCopy
const makeCopy = async () => void (project = await projectCopy())
const removeCopy = () => project.remove()

const petrel = (...args: string[]) => runPetrel(args, {}, project.root)
const read = (path: string) => readFile(join(project.root, path), 'utf8')

/** @throws Error with all that it has written, when a tool of the project finds fault */
async function tool(name: string, ...args: string[]): Promise<void> {
  const run = promisify(execFile)(process.execPath, [join(project.root, 'node_modules', '.bin', name), ...args], {
    cwd: project.root,
    env: { ...process.env, VITEST: '' },
  })
  await run.catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${name} ${args.join(' ')}\n${error.stdout}${error.stderr}`)
  })
}

/** What `npm run check` and `npm test` ask of services. */
async function findNoFault(): Promise<void> {
  await tool('oxfmt', '--check', 'services')
  await tool('oxlint', '--type-aware', '--deny-warnings', 'services')
  const config = { extends: './tsconfig.json', include: ['services'], exclude: [] }
  await writeFile(join(project.root, 'tsconfig.services.json'), JSON.stringify(config))
  await tool('tsc', '-p', 'tsconfig.services.json')
  await tool('vitest', 'run', '--project', 'process', 'services')
}

describe('a new service', () => {
  beforeEach(makeCopy)
  afterEach(removeCopy)

  test('has a handler named after what it does, and a test', async () => {
    const { code, out, err } = await petrel('new', 'fraud-check', '--hears', 'billing.order-billed')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/Write what it decides into services\/fraud-check\/src\/checkOrderBilled\.ts\./)
    expect((await readdir(join(project.root, 'services/fraud-check'), { recursive: true })).toSorted()).toEqual([
      'README.md',
      'migrations',
      'migrations/001_heard.sql',
      'package.json',
      'src',
      'src/checkOrderBilled.test.ts',
      'src/checkOrderBilled.ts',
      'src/endpoint.ts',
      'src/heard.ts',
      'src/main.ts',
      'values.yaml',
    ])
  })

  test('may hear messages with different keys, with fields of all kinds, and say events of its own', async () => {
    const { code, err } = await petrel('new', 'watchtower', '--hears', ...ofAllKinds, '--says', 'StormSeen', 'CalmReturned')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(await read('schemas/watchtower/StormSeen.avsc'))).toMatchObject({ kind: 'event', key: 'orderId' })
    expect(await read('packages/contracts/src/watchtower.ts')).toContain("topic: 'watchtower.calm-returned'")
  })

  test('check and tests find no fault in new services, of one message or of several', { timeout: patience }, async () => {
    await petrel('new', 'fraud-check', '--hears', 'billing.order-billed')
    await petrel('new', 'watchtower', '--hears', ...ofAllKinds, '--says', 'StormSeen', 'CalmReturned')
    await findNoFault()
  })

  test('is installed, and the next npm script has nothing to install', async () => {
    await petrel('new', 'fraud-check', '--hears', 'billing.order-billed')
    const modules = join(project.root, 'node_modules')
    expect(await realpath(join(modules, '@petrel/fraud-check'))).toBe(await realpath(join(project.root, 'services/fraud-check')))
    const [lock, installed] = [statSync(join(project.root, 'package-lock.json')), statSync(join(modules, '.package-lock.json'))]
    expect(installed.mtimeMs).toBeGreaterThanOrEqual(lock.mtimeMs)
  })

  test('what was not installed before is not taken for installed', async () => {
    const later = new Date(Date.now() + 60_000)
    await utimes(join(project.root, 'package-lock.json'), later, later)
    const before = await read('node_modules/.package-lock.json')
    await petrel('new', 'fraud-check', '--hears', 'billing.order-billed')
    expect(await read('node_modules/.package-lock.json')).toBe(before)
  })

  test('npm finds nothing to change in the lock that knows the new service', async () => {
    await cp(join(import.meta.dirname, '../../../../services'), join(project.root, 'services'), {
      recursive: true,
      filter: (source) => !source.includes('node_modules'),
    })
    await petrel('new', 'order-log', '--hears', 'sales.order-placed')
    const lock = await read('package-lock.json')
    expect(lock).toContain('"services/order-log"')
    await promisify(execFile)('npm', ['install', '--package-lock-only', '--ignore-scripts', '--offline'], { cwd: project.root })
    expect(await read('package-lock.json')).toBe(lock)
  })

  test('is not written over one that is there', async () => {
    await petrel('new', 'fraud-check', '--hears', 'billing.order-billed')
    expect(await petrel('new', 'fraud-check', '--hears', 'sales.order-placed')).toMatchObject({
      code: 1,
      err: 'There is a service fraud-check already: services/fraud-check.\n',
    })
  })
})

describe('what cannot be', () => {
  // It changes nothing.
  beforeAll(makeCopy)
  afterAll(removeCopy)

  test.for([
    ['billing.orderbilled', /^No schema has the topic billing\.orderbilled\. Near to it: billing\.order-billed, /],
    ['order-placed', /Near to it: sales\.order-placed, /],
    ['sales.place-order', /is a command of sales, and only sales handles it\. Events of sales: .*sales\.order-placed/],
  ] as const)('a topic that nobody can hear, %s: the sentence says which can be heard', async ([topic, sentence]) => {
    const { code, err } = await petrel('new', 'fraud-check', '--hears', topic)
    expect(code).toBe(1)
    expect(err).toMatch(sentence)
    expect(await readdir(join(project.root, 'services'))).toEqual([])
  })

  test.for([
    ['Fraud', [], /"Fraud" is no name for a service/],
    ['fraud-check', ['--says', 'FraudSuspected'], /there is no dash\. Name it with one word, for example fraudcheck\./],
    ['fraud', ['--says', 'Suspected'], /An event is a noun and a verb in the past/],
  ] as const)('%s %j: the sentence says what can', async ([name, more, sentence]) => {
    expect(await petrel('new', name, '--hears', 'billing.order-billed', ...more)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(sentence),
    })
    expect(await readdir(join(project.root, 'services'))).toEqual([])
  })
})
