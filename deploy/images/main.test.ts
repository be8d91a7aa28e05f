import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GuardedProcess, spawnGuarded } from '../local/processes/guardedProcess.ts'

let app: string
let container: GuardedProcess | undefined

beforeEach(async () => {
  app = await mkdtemp(join(tmpdir(), 'petrel-app-'))
  await copyFile(join(import.meta.dirname, 'main.mjs'), join(app, 'main.mjs'))
  await mkdir(join(app, 'services/sales/src'), { recursive: true })
})
afterEach(async () => {
  await container?.stop('SIGKILL')
  await rm(app, { recursive: true })
})

/** Resolves when the service has said something. */
async function startService(main: string): Promise<GuardedProcess> {
  await writeFile(join(app, 'services/sales/src/main.ts'), main)
  const started = await spawnGuarded('sales', process.execPath, ['main.mjs'], { cwd: app, stdio: ['ignore', 'pipe', 'inherit'] })
  container = started
  if (started.stdout) await once(started.stdout, 'data')
  return started
}

test('SIGTERM ends a service that is still starting, at once and in order', async () => {
  const service = await startService(`setInterval(() => {}, 1000); console.log('starting'); await new Promise(() => {})`)
  service.kill('SIGTERM')
  expect(await service.exited).toEqual({ code: 0, signal: null })
})

test('a service that listens to SIGTERM itself decides when it ends', async () => {
  const service = await startService(
    `setInterval(() => {}, 1000); process.once('SIGTERM', () => setImmediate(() => process.exit(7))); console.log('listening')`,
  )
  service.kill('SIGTERM')
  expect(await service.exited).toEqual({ code: 7, signal: null })
})
