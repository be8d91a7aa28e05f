import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify, stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { fetchOk, getJson, jsonBody } from '../../../test/support/http.ts'
import { ownStartEnvironment, type portVariables } from '../../../test/support/ownStart.ts'
import { type Charges, type OrderView, typesOf, wholeJourney } from '../../../test/support/shop.ts'
import { ROOT } from '../folders.ts'
import { type GuardedProcess, spawnGuarded } from '../processes/guardedProcess.ts'

const run = promisify(execFile)
const bootstrap = join(ROOT, 'deploy/local/bootstrap.mjs')

// A stack of somebody else is not ours to kill.
describe.skipIf(process.env['KAFKA_BROKERS'] || process.env['DATABASE_URL'])('npm start', () => {
  let folder: string
  let env: Record<string, string | undefined>
  let system: GuardedProcess
  const lines: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'Sturm vögel 🌧 '))
    // PostgreSQL may run as another user than we.
    await chmod(folder, 0o755)
    // The locale of a bare container: with it Java finds no file whose name is not ASCII.
    env = { ...(await ownStartEnvironment(folder)), LC_ALL: 'C', LANG: 'C' }
    system = await spawnGuarded('npm start', process.execPath, [bootstrap, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const output of [system.stdout, system.stderr])
      if (output) createInterface({ input: output }).on('line', (line) => lines.push(stripVTControlCharacters(line)))
    await printed(/^Up after/, 0, 100_000)
  })

  afterAll(async () => {
    await system.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** Waits for a line after the first `skip`. */
  const printed = (pattern: RegExp, skip: number, withinMs = 60_000) =>
    eventually(
      () => {
        const line = lines.slice(skip).find((each) => pattern.test(each))
        if (line === undefined) throw new Error(`No line ${pattern} among:\n${lines.slice(skip).join('\n')}`)
        return line
      },
      { withinMs },
    )

  const url = (variable: (typeof portVariables)[number], path: string) => `http://127.0.0.1:${env[variable]}${path}`
  const order = { customerId: 'ada', email: 'ada@example.org', lines: [{ sku: 'green-tea', quantity: 2 }] }

  /** Asks again until the order is accepted. */
  const placeOrder = (key: string) =>
    eventually(
      async () => {
        const response = await fetch(url('CLIENT_UI_PORT', '/api/orders'), jsonBody('POST', order, { 'idempotency-key': key }))
        const answer = (await response.json()) as { orderId: string }
        expect(response.status).toBe(202)
        return answer.orderId
      },
      { withinMs: 60_000, everyMs: 200 },
    )

  const placeOrders = (count: number, name: string) =>
    Promise.all(Array.from({ length: count }, (_, index) => placeOrder(`${name}-${index}`)))

  const expectDone = (orderId: string) =>
    eventually(
      async () => {
        const view = await getJson<OrderView>(url('CLIENT_UI_PORT', `/api/orders/${orderId}`))
        expect(typesOf(view).filter((type) => type !== 'ShipmentDelayed')).toEqual(wholeJourney.toSorted())
      },
      { withinMs: 90_000, everyMs: 200 },
    )

  const at = (path: string) => url('CONSOLE_PORT', path)

  const chargesOf = (orderId: string) => getJson<Charges>(url('PAYMENT_GATEWAY_PORT', `/charges?orderId=${orderId}`))

  async function control(path: string): Promise<unknown> {
    const file = JSON.parse(await readFile(join(folder, 'environment.json'), 'utf8')) as { LOCAL_CONTROL_URL: string }
    return (await fetch(file.LOCAL_CONTROL_URL + path)).json()
  }

  const command = async (...args: string[]) => (await run(process.execPath, [bootstrap, ...args], { env })).stdout

  async function pidIn(file: string): Promise<number> {
    return Number((await readFile(join(folder, file), 'utf8')).split(' ')[0])
  }

  test('its data is where it should be, whatever letters the path has', async () => {
    expect(await readdir(join(folder, 'data/kafka/log'))).toContain('meta.properties')
    expect(await readdir(join(folder, 'data/registry'))).toContain('schemas.mv.db')
    expect(await readdir(join(folder, 'data/postgres/cluster'))).toContain('PG_VERSION')
    expect(lines.find((line) => line.startsWith('Up after'))).toMatch(/^Up after \d+\.\d s\./)
  })

  test.for([
    ['Kafka', 'data/kafka/pid'],
    ['PostgreSQL', 'data/postgres/pid'],
  ] as const)(
    '%s is killed with 50 orders on their way: it says so, brings it back, and every order is done once',
    async ([name, pid]) => {
      const before = await placeOrders(30, `before-${name}`)
      const skip = lines.length
      process.kill(await pidIn(pid), 'SIGKILL')
      await eventually(async () => expect(await control('/ready')).toEqual({ ready: false, waitsFor: [name] }))
      const after = placeOrders(20, `after-${name}`)

      await printed(new RegExp(`^${name} is back after`), skip)
      await eventually(async () => expect(await control('/ready')).toEqual({ ready: true, waitsFor: [] }))
      for (const orderId of [...before, ...(await after)]) {
        await expectDone(orderId)
        expect((await chargesOf(orderId)).charges).toHaveLength(1)
      }
      await printed(/^\d+ warnings about the absence of/, skip)
      // A message that failed is always shown: the gateway may have answered 500 while its database was away.
      const aboutServers = lines.slice(skip).filter((line) => !/failed \d+ times; again in/.test(line))
      expect(lines.length - skip).toBeLessThan(10)
      expect(aboutServers).toEqual([
        `${name} ended (killed with SIGKILL); starting it again in 1 s. What needs it waits; nothing is lost.`,
        expect.stringMatching(new RegExp(`^${name} is back after [\\d.]+ s\\.$`)),
        expect.stringMatching(new RegExp(`^\\d+ warnings about the absence of ${name} are in .local/logs.$`)),
      ])
    },
  )

  test('a service is stopped and started from another terminal, and both commands return', async () => {
    expect(await command('stop', 'billing')).toBe('billing is stopped. Start it again: npm run service billing\n')
    const orderId = await placeOrder('without-billing')
    expect(await control('/parts')).toContainEqual({ name: 'billing', state: 'stopped', since: expect.any(String) })

    expect(await command('service', 'billing')).toContain('billing runs.')

    await expectDone(orderId)
  })

  test('a service that dies is started again, and a broken one says which message failed, how often, and when it is tried again', async () => {
    const skip = lines.length
    process.kill(await pidIn('services/sales.pid'), 'SIGKILL')
    await printed(/^sales ended \(killed with SIGKILL\); starting it again in 1 s/, skip)
    await printed(/^sales is back after/, skip)
    await command('break', 'sales')
    const orderId = await placeOrder('broken-sales')
    await printed(/sales +WARN +PlaceOrder \w{8} failed 3 times; again in 2 s: sales is broken on purpose/, skip)
    await command('mend', 'sales')
    await expectDone(orderId)
  })

  test('the console needs no configuration: it breaks a service, shows what failed and why, and sends it back', async () => {
    const { access, breakIt } = await getJson<{ access: { csrf: string }; breakIt: boolean }>(at('/api/summary'))
    expect(breakIt).toBe(true)
    const send = (method: 'POST' | 'PUT', path: string, body: object = {}) =>
      fetchOk(at(path), jsonBody(method, body, { 'x-petrel-csrf': access.csrf }))

    await send('PUT', '/api/faults/sales', { fault: 'The price list is upside down' })
    const orderId = await placeOrder('console')
    const group = await eventually(
      async () => {
        const { items } = await getJson<{ items: { id: string }[] }>(at('/api/groups?state=unresolved'))
        expect(items).toMatchObject([{ endpoint: 'sales', count: 1, errorMessage: 'The price list is upside down' }])
        return items[0]?.id
      },
      { withinMs: 60_000, everyMs: 200 },
    )
    await send('PUT', '/api/faults/sales', { fault: null })
    await send('POST', '/api/replays', { group, by: 'error' })
    await expectDone(orderId)
    await eventually(async () =>
      expect(await getJson(at('/api/failures'))).toMatchObject({ total: 1, items: [{ state: 'resolved', key: orderId }] }),
    )
  })

  test('petrel order tells the whole journey of an order as the console knows it', async () => {
    const orderId = await placeOrder('journey')
    await expectDone(orderId)
    const petrel = [join(ROOT, 'packages/cli/bin/petrel.mjs'), 'order', orderId, '--console', at('')]
    await eventually(
      async () => {
        const { stdout } = await run(process.execPath, petrel, { env, cwd: ROOT })
        for (const name of ['sales', 'billing', 'stock', 'shipping', 'email', 'loyalty', 'client-ui'])
          expect(stdout).toMatch(new RegExp(`\\b${name} handled it in [\\d.]+ m?s`))
        expect(stdout).not.toContain('has not tried it yet')
      },
      { everyMs: 1_000 },
    )
  })

  test('the console stops services and starts them, but not itself, and breaks only what handles messages', async () => {
    const { access } = await getJson<{ access: { csrf: string } }>(at('/api/summary'))
    const send = (method: 'POST' | 'PUT', path: string, body: object = {}) =>
      fetch(at(path), jsonBody(method, body, { 'x-petrel-csrf': access.csrf }))
    const isRunning = async (name: string) =>
      (await getJson<{ services: { name: string; isRunning: boolean }[] }>(at('/api/faults'))).services.find(
        (service) => service.name === name,
      )?.isRunning

    expect((await send('POST', '/api/services/loyalty/stop')).status).toBe(200)
    expect(await isRunning('loyalty')).toBe(false)
    expect((await send('POST', '/api/services/loyalty/start')).status).toBe(200)
    expect(await isRunning('loyalty')).toBe(true)
    expect((await send('POST', '/api/services/console/stop')).status).toBe(409)
    const refused = await send('PUT', '/api/faults/payment-gateway', { fault: 'x' })
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { detail: expect.stringContaining('handles no messages') },
    ])
  })
})
