import { Client } from 'pg'
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { consoleSystem } from './testing/consoleSystem.ts'

test('a console whose database connections are lost again and again goes on, and has every failure', async () => {
  await using shop = await consoleSystem()
  const { process: running, api } = await shop.startProcess()
  const admin = new Client({ connectionString: shop.system.addresses.databaseUrl })
  await admin.connect()
  try {
    const database = new URL(await shop.system.createDatabase('console')).pathname.slice(1)
    const cutAll = () => admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [database])
    const ids = Array.from({ length: 40 }, (_, number) => `cut-${number}`)
    for (const id of ids) {
      await shop.fail([{ id }])
      await cutAll()
    }
    await eventually(async () => expect((await api.get<{ total: number }>('/api/failures?q=cut')).total).toBe(ids.length), {
      withinMs: 60_000,
    })
    expect(running.hasExited()).toBe(false)
  } finally {
    await admin.end()
  }
})
