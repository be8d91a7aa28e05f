import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { expect } from 'vitest'
import { ROOT } from '../../deploy/local/folders.ts'
import { spawnGuarded } from '../../deploy/local/processes/guardedProcess.ts'
import { eventually } from './eventually.ts'
import { getJson, jsonBody } from './http.ts'
import { ownStartEnvironment, type portVariables } from './ownStart.ts'
import { type OrderView, typesOf, wholeJourney } from './shop.ts'

export const bootstrap = join(ROOT, 'deploy/local/bootstrap.mjs')

const order = { customerId: 'ada', email: 'ada@example.org', lines: [{ sku: 'green-tea', quantity: 2 }] }

interface Starting {
  /** How the name of its folder begins. */
  readonly folderPrefix: string
  readonly options?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

export type NpmStart = Awaited<ReturnType<typeof npmStart>>

/** An `npm start` with a stack of its own; resolves when it says that it is up. */
export async function npmStart({ folderPrefix, options = [], environment = {} }: Starting) {
  const folder = await mkdtemp(join(tmpdir(), folderPrefix))
  // PostgreSQL may run as another user than we.
  await chmod(folder, 0o755)
  const env = { ...(await ownStartEnvironment(folder)), ...environment }
  const args = [bootstrap, 'start', ...options]
  const system = await spawnGuarded('npm start', process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  for (const output of [system.stdout, system.stderr])
    if (output) createInterface({ input: output }).on('line', (line) => lines.push(stripVTControlCharacters(line)))

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
  const stop = async () => {
    await system.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const url = (variable: (typeof portVariables)[number], path: string) => `http://127.0.0.1:${env[variable]}${path}`
  await printed(/^Up after/, 0, 110_000).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    folder,
    env,
    /** What it has printed. */
    lines,
    printed,
    url,
    stop,
    /** Asks again until the order is accepted. */
    placeOrder: (key: string) =>
      eventually(
        async () => {
          const response = await fetch(url('CLIENT_UI_PORT', '/api/orders'), jsonBody('POST', order, { 'idempotency-key': key }))
          const answer = (await response.json()) as { orderId: string }
          expect(response.status).toBe(202)
          return answer.orderId
        },
        { withinMs: 60_000, everyMs: 200 },
      ),
    expectDone: (orderId: string) =>
      eventually(
        async () => {
          const view = await getJson<OrderView>(url('CLIENT_UI_PORT', `/api/orders/${orderId}`))
          expect(typesOf(view).filter((type) => type !== 'ShipmentDelayed')).toEqual(wholeJourney.toSorted())
        },
        { withinMs: 90_000, everyMs: 200 },
      ),
  }
}
