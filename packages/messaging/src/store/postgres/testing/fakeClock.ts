import type { Pool } from 'pg'
import { type Database, databaseOf } from '../../../connections/databaseSettings.ts'

// For tests that move time. Scheduled records are due by PostgreSQL's clock, which no fake timer moves. A schema that is
// searched before `pg_catalog` replaces the functions that read it.

/** A database whose sessions read the fake clock, once {@link createFakeClock} has made it. */
export function withFakeClock(database: Database): Database {
  const connection = databaseOf(database)
  const url = new URL(connection.url)
  url.searchParams.set('options', '-c search_path=petrel_fake_clock,pg_catalog,public')
  return { ...connection, url: url.href }
}

export async function createFakeClock(pool: Pool, at: Date): Promise<void> {
  await pool.query(`create schema if not exists petrel_fake_clock;
    create table if not exists petrel_fake_clock.clock (at timestamptz not null);
    delete from petrel_fake_clock.clock;
    create or replace function petrel_fake_clock.now() returns timestamptz stable language sql
      as 'select at from petrel_fake_clock.clock';
    create or replace function petrel_fake_clock.statement_timestamp() returns timestamptz stable language sql
      as 'select at from petrel_fake_clock.clock';`)
  await pool.query('insert into petrel_fake_clock.clock (at) values ($1)', [at])
}

export async function setFakeClock(pool: Pool, at: Date): Promise<void> {
  await pool.query('update petrel_fake_clock.clock set at = $1', [at])
}
