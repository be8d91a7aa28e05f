import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toolThatIsThere } from '../../tools/build.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { getJson, jsonBody } from '../../../test/support/http.ts'
import { type OwnStart, ownStart } from '../../../test/support/ownStart.ts'
import { alertsOf, measuredBy } from './whatItSays.ts'

interface Answer {
  readonly data: { readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[] }
}

const isSomebodyElses = process.env['KAFKA_BROKERS'] !== undefined || process.env['DATABASE_URL'] !== undefined
const hasPrometheus = (await toolThatIsThere('prometheus')) !== undefined
if (!hasPrometheus) console.log('skipped: Prometheus is not here; `node deploy/tools/build.ts prometheus` builds it')

describe.skipIf(isSomebodyElses || !hasPrometheus)('npm start -- --observe', () => {
  let system: OwnStart
  let lines: readonly string[]
  let folder: string
  let env: OwnStart['env']
  let prometheus: string

  beforeAll(async () => {
    system = await ownStart(['--observe', '--without', 'email,loyalty,mailbox'])
    ;({ lines, folder, env } = system)
    const file = JSON.parse(await readFile(join(folder, 'environment.json'), 'utf8')) as { PROMETHEUS_URL: string }
    prometheus = file.PROMETHEUS_URL
  })

  afterAll(async () => {
    await system.stop()
  })

  const query = async (expression: string) =>
    (await getJson<Answer>(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`)).data.result

  const untilSeen = (expression: string) =>
    eventually(
      async () => {
        const result = await query(expression)
        expect(result, expression).not.toEqual([])
        return result
      },
      { withinMs: 60_000, everyMs: 500 },
    )

  test('every service that runs is measured, and so are PostgreSQL and Prometheus itself', async () => {
    await eventually(async () => {
      const up = (await measuredBy(prometheus)).filter(({ isUp }) => isUp).map(({ instance }) => instance)
      expect(up).toEqual(
        expect.arrayContaining([
          'billing',
          'client-ui',
          'console',
          'lag-exporter',
          'payment-gateway',
          'postgres',
          'prometheus',
          'sales',
          'shipping',
          'stock',
        ]),
      )
    })
  })

  test('a service that was left out is a target that is down', async () => {
    await eventually(async () => {
      const loyalty = (await measuredBy(prometheus)).find(({ instance }) => instance === 'loyalty')
      expect(loyalty).toMatchObject({ isUp: false, problem: expect.stringContaining('refused') })
    })
  })

  test('a shop where nobody orders has no alert', async () => {
    await untilSeen('kafka_brokers == 1')
    await eventually(async () => expect(await alertsOf(prometheus)).toEqual([]), { withinMs: 60_000 })
  })

  test('what an order does is counted, under the name of the service', async () => {
    const order = { customerId: 'ada', email: 'ada@example.org', lines: [{ sku: 'green-tea', quantity: 2 }] }
    const shop = `http://127.0.0.1:${env['CLIENT_UI_PORT']}/api/orders`
    const { status } = await fetch(shop, jsonBody('POST', order, { 'idempotency-key': 'observed' }))
    expect(status).toBe(202)
    await untilSeen('petrel_messages_handled_total{endpoint="billing", instance="billing"} > 0')
    await untilSeen('kafka_consumergroup_members{consumergroup="billing"} == 1')
    await untilSeen('petrel_console_records_read_total{instance="console", kind="audit"} > 0')
    await untilSeen('pg_stat_database_xact_commit{datname="billing"} > 0')
  })

  test('messages wait for email, which was left out: the alert says so, and the page shows it', async () => {
    const alert = { name: 'GroupWithoutMembers', summary: 'Messages wait for email, and no process reads them.' }
    await eventually(async () => expect(await alertsOf(prometheus)).toContainEqual({ ...alert, state: expect.any(String) }), {
      withinMs: 60_000,
    })
    expect(await (await fetch(`http://127.0.0.1:${env['WATCH_PORT']}/`)).text()).toContain(alert.summary)
  })

  test('others may write their metrics too, as a load campaign does', async () => {
    // An empty body is no valid request: 400 is the receiver's own answer, and 404 would be that there is none.
    const { status } = await fetch(`${prometheus}/api/v1/write`, { method: 'POST' })
    expect(status).toBe(400)
  })

  test('its addresses are printed, and the page shows what is measured', async () => {
    expect(lines.join('\n')).toContain(`http://localhost:${env['WATCH_PORT']}`)
    expect(lines.join('\n')).toContain(`http://localhost:${env['PROMETHEUS_PORT']}`)
    const page = await (await fetch(`http://127.0.0.1:${env['WATCH_PORT']}/`)).text()
    expect(page).toMatch(/up<\/span> <a [^>]+>billing/)
  })

  test('every dashboard is drawn from what was measured, under that address', async () => {
    const page = await (await fetch(`http://127.0.0.1:${env['WATCH_PORT']}/`)).text()
    const names = [...page.matchAll(/dashboard=(\w+)&amp;minutes=15"/g)].map(([, name]) => name)
    expect(names).toEqual(expect.arrayContaining(['overview', 'subscriber', 'kafka', 'postgres']))
    for (const name of new Set(names)) {
      const picture = await fetch(`http://127.0.0.1:${env['WATCH_PORT']}/dashboard.svg?dashboard=${name}&minutes=5`)
      expect(picture.headers.get('content-type')).toBe('image/svg+xml')
      expect(await picture.text()).toMatch(/^<svg /)
    }
  })

  test('Prometheus is killed: it is started again, and knows what it knew', async () => {
    const pid = Number((await readFile(join(folder, 'data/prometheus/pid'), 'utf8')).split(' ')[0])
    process.kill(pid, 'SIGKILL')
    await eventually(() => expect(lines.join('\n')).toMatch(/^Prometheus is back after/m))
    expect(await query('count_over_time(up{instance="billing"}[10m]) > 1')).not.toEqual([])
  })
})
