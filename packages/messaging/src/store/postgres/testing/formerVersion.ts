import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { migrate, petrelMigrations } from '../migrate.ts'

const firstMigration = '001_inbox_outbox_sagas_due.sql'

/** A database as Petrel 0.1 has used it since yesterday: with its tables, and none of what came later. */
export async function databaseOfFormerVersion(databaseUrl: string, pool: Pool): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'petrel-migrations-'))
  try {
    await copyFile(join(petrelMigrations.path, firstMigration), join(folder, firstMigration))
    await migrate(databaseUrl, [{ ...petrelMigrations, path: folder }])
    await pool.query(`update petrel_migrations set applied_at = applied_at - interval '1 day'`)
  } finally {
    await rm(folder, { recursive: true })
  }
}
