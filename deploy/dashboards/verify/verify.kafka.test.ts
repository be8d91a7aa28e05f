import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { fetchOk, jsonBody } from '../../../test/support/http.ts'
import { ownStartEnvironment } from '../../../test/support/ownStart.ts'
import { ROOT } from '../../local/folders.ts'
import { type GuardedProcess, spawnGuarded } from '../../local/processes/guardedProcess.ts'
import { toolThatIsThere } from '../../tools/build.ts'
import { dashboardNames, readDashboard } from '../files.ts'
import { prometheusAt } from '../queries/prometheus.ts'
import { verify } from './verify.ts'

const isSomebodyElses = process.env['KAFKA_BROKERS'] !== undefined || process.env['DATABASE_URL'] !== undefined
const hasPrometheus = (await toolThatIsThere('prometheus')) !== undefined

describe.skipIf(isSomebodyElses || !hasPrometheus)('of a shop in which customers order', () => {
  let folder: string
  let system: GuardedProcess
  let shop: string
  let prometheusUrl: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'petrel-dashboards-'))
    // PostgreSQL may run as another user than we.
    await chmod(folder, 0o755)
    const env = await ownStartEnvironment(folder)
    const start = [join(ROOT, 'deploy/local/bootstrap.mjs'), 'start', '--observe']
    system = await spawnGuarded('npm start', process.execPath, start, { env, stdio: 'ignore' })
    shop = `http://127.0.0.1:${env['CLIENT_UI_PORT']}`
    prometheusUrl = await eventually(() => prometheusIn(folder), { withinMs: 100_000 })
    await eventually(() => placeOrder(shop), { withinMs: 60_000 })
  })

  afterAll(async () => {
    await system.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test.each(dashboardNames)('no panel of %s is empty', async (name) => {
    const prometheus = prometheusAt(prometheusUrl)
    await eventually(
      async () => {
        await placeOrder(shop)
        const now = Date.now() / 1000
        const findings = await verify(readDashboard(name), { prometheus, from: now - 120, to: now, present: new Set() })
        expect(findings.filter(({ empty }) => empty.length > 0)).toEqual([])
      },
      { withinMs: 100_000, everyMs: 1000 },
    )
  })
})

async function prometheusIn(folder: string): Promise<string> {
  const { PROMETHEUS_URL } = JSON.parse(await readFile(join(folder, 'environment.json'), 'utf8')) as { PROMETHEUS_URL?: string }
  if (PROMETHEUS_URL === undefined) throw new Error('The local system has no Prometheus yet.')
  return PROMETHEUS_URL
}

const order = { customerId: 'ada', email: 'ada@example.org', lines: [{ sku: 'green-tea', quantity: 1 }] }

const placeOrder = (shop: string) =>
  fetchOk(`${shop}/api/orders`, jsonBody('POST', order, { 'idempotency-key': crypto.randomUUID() }))
