import { execFile } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { OrderBilled } from '@petrel/contracts'
import { type Failure, type FailureGroup } from '@petrel/messaging/operations'
import { Pool } from 'pg'
import { ROOT } from '../../deploy/local/folders.ts'
import { spawnGuarded } from '../../deploy/local/processes/guardedProcess.ts'
import { petrel } from './cli.ts'
import { lagOf } from './lag.ts'
import { type RunningService, watched } from './processes.ts'
import { pythonWith } from './python.ts'
import type { Shop } from './shop.ts'

const folder = join(ROOT, 'docs/guides/python-subscriber')
const run = promisify(execFile)

export interface Verdict {
  readonly order_id: string
  readonly customer_id: string
  readonly verdict: string
}

/** The fraud check in Python, seen from outside. */
export interface PythonSubscriber {
  /** What its command for deployments says. */
  deploy(env?: Readonly<Record<string, string>>): Promise<string>
  /** What its command for the end says. */
  remove(env?: Readonly<Record<string, string>>): Promise<string>
  /** What `helm test` would hear. */
  askReady(url: string): Promise<string>
  start(env?: Readonly<Record<string, string>>): Promise<RunningService>
  verdicts(): Promise<Verdict[]>
  /** In cents, whatever the currency. */
  spentBy(customerId: string): Promise<number>
  /** What its group has not committed of billing's events, and of replays. */
  lag(): Promise<bigint>
  /** What `petrel failures` says of it. */
  failures(): Promise<Failure[]>
  [Symbol.asyncDispose](): Promise<void>
}

/** Nothing of it is there yet but its database. */
export async function pythonSubscriber({ system, broker }: Shop): Promise<PythonSubscriber> {
  const python = await pythonWith(join(folder, 'requirements.txt'))
  const name = 'fraud-check-py'
  const env = { ...process.env, ...(await system.env(name)), OPS_PORT: '0', PYTHONDONTWRITEBYTECODE: '1' }
  const pool = new Pool({ connectionString: await system.createDatabase(name) })
  const started: RunningService[] = []
  const topics = [system.prefix + OrderBilled.topic, `${system.prefix}${name}.replay`]

  const command = async (file: string, more: Readonly<Record<string, string>> = {}) =>
    (await run(python, [file], { cwd: folder, env: { ...env, ...more } })).stdout

  return {
    deploy: (more) => command('deploy.py', more),
    remove: (more) => command('remove.py', more),
    askReady: (url) => command('ready.py', { READY_URL: url }),
    async start(more = {}) {
      const running = await watched(name, async (onLine) => {
        const child = await spawnGuarded(name, python, ['subscriber.py'], { cwd: folder, env: { ...env, ...more } })
        for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', onLine)
        return child
      })
      started.push(running)
      return running
    },
    async verdicts() {
      return (await pool.query<Verdict>('select order_id, customer_id, verdict from verdicts')).rows
    },
    async spentBy(customerId) {
      const { rows } = await pool.query<{ cents: string }>(
        'select coalesce(sum(cents), 0) as cents from spending where customer_id = $1',
        [customerId],
      )
      return Number(rows[0]?.cents)
    },
    lag: () => lagOf(broker.admin, system.prefix + name, topics),
    async failures() {
      const { code, out, err } = await petrel(system, 'failures', '--endpoint', name, '--json')
      if (code !== 0) throw new Error(err)
      return (JSON.parse(out) as FailureGroup[]).flatMap(({ failures }) => failures)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((each) => each.kill('SIGKILL')))
      await pool.end()
    },
  }
}
