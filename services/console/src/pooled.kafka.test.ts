import { silentLog } from '@petrel/messaging'
import { processRegistry } from '@petrel/messaging/metrics'
import { expect, inject, test } from 'vitest'
import { isWithoutPgBouncer, startPgBouncer } from '../../../test/support/pgBouncer.ts'
import { eventually, testSystem } from '../../../test/support/stack.ts'
import { type Console, startConsole } from './console.ts'
import { type Change, tellChanges } from './hub/hub.ts'
import { settingsSchema } from './settings.ts'

const change: Change = { event: 'summary', data: {} }

test.skipIf(isWithoutPgBouncer())(
  'behind PgBouncer a console hears of changes past it, and does not start where it could not',
  async () => {
    await using pooler = await startPgBouncer({ databaseUrl: inject('stack').databaseUrl, poolSize: 4 })
    await using system = await testSystem({ pooler })
    const env = await system.env('console')
    await expect(start(env)).rejects.toThrow('Set DATABASE_DIRECT_URL')

    const console = await start({ ...env, DATABASE_DIRECT_URL: await system.createDatabase('console') })
    const heard: Change[] = []
    console.context.hub.listen((told) => void heard.push(told))
    await eventually(async () => {
      await tellChanges(console.context.pool, [change])
      expect(heard).toContainEqual(change)
    })
    await console.close()
  },
)

const start = (env: Readonly<Record<string, string>>): Promise<Console> =>
  startConsole({
    settings: settingsSchema.parse({ ...env, CONSOLE_PORT: '0' }),
    log: silentLog,
    registry: processRegistry('console'),
  })
