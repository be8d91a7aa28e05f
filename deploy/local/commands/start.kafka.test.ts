import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { fetchOk, getJson, jsonBody } from '../../../test/support/http.ts'
import { npmStart, type NpmStart } from '../../../test/support/npmStart.ts'
import { bootstrap } from '../../../test/support/ownStart.ts'
import type { Charges } from '../../../test/support/shop.ts'
import { ROOT } from '../folders.ts'

const run = promisify(execFile)

// A stack of somebody else is not ours to kill.
describe.skipIf(process.env['KAFKA_BROKERS'] || process.env['DATABASE_URL'])('npm start', () => {
  let system: NpmStart
  beforeAll(async () => {
    // The locale of a bare container: with it Java finds no file whose name is not ASCII.
    system = await npmStart([], { folderPrefix: 'Sturm vögel 🌧 ', environment: { LC_ALL: 'C', LANG: 'C' } })
  })
  afterAll(() => system.stop())

  const placeOrders = (count: number, name: string) =>
    Promise.all(Array.from({ length: count }, (_, index) => system.placeOrder(`${name}-${index}`)))

  const at = (path: string) => system.url('CONSOLE_PORT', path)

  const chargesOf = (orderId: string) => getJson<Charges>(system.url('PAYMENT_GATEWAY_PORT', `/charges?orderId=${orderId}`))

  async function control(path: string): Promise<unknown> {
    const file = JSON.parse(await readFile(join(system.folder, 'environment.json'), 'utf8')) as { LOCAL_CONTROL_URL: string }
    return (await fetch(file.LOCAL_CONTROL_URL + path)).json()
  }

  const command = async (...args: string[]) => (await run(process.execPath, [bootstrap, ...args], { env: system.env })).stdout

  async function pidIn(file: string): Promise<number> {
    return Number((await readFile(join(system.folder, file), 'utf8')).split(' ')[0])
  }

  test('its data is where it should be, whatever letters the path has', async () => {
    expect(await readdir(join(system.folder, 'data/kafka/log'))).toContain('meta.properties')
    expect(await readdir(join(system.folder, 'data/registry'))).toContain('schemas.mv.db')
    expect(await readdir(join(system.folder, 'data/postgres/cluster'))).toContain('PG_VERSION')
    expect(system.lines.find((line) => line.startsWith('Up after'))).toMatch(/^Up after \d+\.\d s\./)
  })

  test.for([
    ['Kafka', 'data/kafka/pid'],
    ['PostgreSQL', 'data/postgres/pid'],
  ] as const)(
    '%s is killed with 50 orders on their way: it says so, brings it back, and every order is done once',
    async ([name, pid]) => {
      const before = await placeOrders(30, `before-${name}`)
      const skip = system.lines.length
      process.kill(await pidIn(pid), 'SIGKILL')
      await eventually(async () => expect(await control('/ready')).toEqual({ ready: false, waitsFor: [name] }))
      const after = placeOrders(20, `after-${name}`)

      await system.printed(new RegExp(`^${name} is back after`), skip)
      await eventually(async () => expect(await control('/ready')).toEqual({ ready: true, waitsFor: [] }))
      for (const orderId of [...before, ...(await after)]) {
        await system.expectDone(orderId)
        expect((await chargesOf(orderId)).charges).toHaveLength(1)
      }
      await system.printed(/^\d+ warnings about the absence of/, skip)
      // A message that failed is always shown: the gateway may have answered 500 while its database was away.
      const aboutServers = system.lines.slice(skip).filter((line) => !/failed \d+ times; again in/.test(line))
      expect(system.lines.length - skip).toBeLessThan(10)
      expect(aboutServers).toEqual([
        `${name} ended (killed with SIGKILL); starting it again in 1 s. What needs it waits; nothing is lost.`,
        expect.stringMatching(new RegExp(`^${name} is back after [\\d.]+ s\\.$`)),
        expect.stringMatching(new RegExp(`^\\d+ warnings about the absence of ${name} are in .local/logs.$`)),
      ])
    },
  )

  test('a service is stopped and started from another terminal, and both commands return', async () => {
    expect(await command('stop', 'billing')).toBe('billing is stopped. Start it again: npm run service billing\n')
    const orderId = await system.placeOrder('without-billing')
    expect(await control('/parts')).toContainEqual({ name: 'billing', state: 'stopped', since: expect.any(String) })

    expect(await command('service', 'billing')).toContain('billing runs.')

    await system.expectDone(orderId)
  })

  test('a service that dies is started again, and a broken one says which message failed, how often, and when it is tried again', async () => {
    const skip = system.lines.length
    process.kill(await pidIn('services/sales.pid'), 'SIGKILL')
    await system.printed(/^sales ended \(killed with SIGKILL\); starting it again in 1 s/, skip)
    await system.printed(/^sales is back after/, skip)
    await command('break', 'sales')
    const orderId = await system.placeOrder('broken-sales')
    await system.printed(/sales +WARN +PlaceOrder \w{8} failed 3 times; again in 2 s: sales is broken on purpose/, skip)
    await command('mend', 'sales')
    await system.expectDone(orderId)
  })

  test('the console needs no configuration: it breaks a service, shows what failed and why, and sends it back', async () => {
    const { access, breakIt } = await getJson<{ access: { csrf: string }; breakIt: boolean }>(at('/api/summary'))
    expect(breakIt).toBe(true)
    const send = (method: 'POST' | 'PUT', path: string, body: object = {}) =>
      fetchOk(at(path), jsonBody(method, body, { 'x-petrel-csrf': access.csrf }))

    await send('PUT', '/api/faults/sales', { fault: 'The price list is upside down' })
    const orderId = await system.placeOrder('console')
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
    await system.expectDone(orderId)
    await eventually(async () =>
      expect(await getJson(at('/api/failures'))).toMatchObject({ total: 1, items: [{ state: 'resolved', key: orderId }] }),
    )
  })

  test('petrel order tells the whole journey of an order as the console knows it', async () => {
    const orderId = await system.placeOrder('journey')
    await system.expectDone(orderId)
    const petrel = [join(ROOT, 'packages/cli/bin/petrel.mjs'), 'order', orderId, '--console', at('')]
    await eventually(
      async () => {
        const { stdout } = await run(process.execPath, petrel, { env: system.env, cwd: ROOT })
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
