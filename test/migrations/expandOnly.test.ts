import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../deploy/local/folders.ts'

/** What a version that still runs may need, and what may refuse a row that it writes. To let a constraint or an index go takes nothing from it. */
const contracting = [
  /\bdrop\s+(table|column|view|function|trigger|type|schema)\b/i,
  /\brename\s+(column\s+)?("?\w+"?\s+)?to\b/i,
  /\balter\s+column\s+\S+\s+(set\s+data\s+)?type\b/i,
  /\balter\s+column\s+\S+\s+set\s+not\s+null\b/i,
  /\badd\s+column\b(?![^,;]*\bdefault\b)[^,;]*\bnot\s+null\b/i,
  /\badd\s+(constraint|check|unique|primary\s+key|foreign\s+key|exclude)\b/i,
  /\bcreate\s+unique\s+index\b/i,
]

/** Those from before this rule, and those that take nothing from any version that may still run: each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  'packages/messaging/src/store/postgres/migrations/002_source_keys_endpoint_scheduled.sql': 'a view keeps the former name',
  'services/sales/migrations/002_cancelled_first.sql':
    'every order that the version before writes is placed and has all of these: the check refuses none',
  'services/console/migrations/003_replays.sql': 'the unique index is of a table that the same file makes',
  'services/client-ui/migrations/003_nobody_is_told.sql': 'until it is replaced, pages of the version before are told of nothing',
  'services/console/migrations/021_erasures.sql':
    'until it is replaced, a console of the version before writes no letters; its successor reads them',
}

const folders = [
  'packages/messaging/src/store/postgres/migrations',
  ...readdirSync(join(ROOT, 'services')).map((service) => `services/${service}/migrations`),
]
const files = folders.flatMap(filesIn)

function filesIn(folder: string): string[] {
  try {
    return readdirSync(join(ROOT, folder)).map((file) => `${folder}/${file}`)
  } catch {
    return []
  }
}

const withoutComments = (sql: string) => sql.replaceAll(/--.*$/gm, '')
const contracts = (sql: string) => contracting.some((statement) => statement.test(withoutComments(sql)))

describe('a migration leaves the version before what it needs: it adds, and a later one takes away', () => {
  test.each(files)('%s', (file) => {
    const sql = readFileSync(join(ROOT, file), 'utf8')
    expect(contracts(sql)).toBe(exceptions[file] !== undefined)
  })
})

test.each([
  ['drop table orders', true],
  ['alter table orders drop column total', true],
  ['alter table orders rename to purchases', true],
  ['alter table orders rename column total to sum', true],
  ['alter table orders alter column total type bigint', true],
  ['alter table orders alter column total set not null', true],
  ['alter table orders add column total bigint not null', true],
  ['alter table orders add column total bigint not null default 0, add column note text', false],
  ['alter table orders add column total bigint default 0 not null', false],
  ['alter table orders add column if not exists total bigint not null', true],
  ['alter table orders add column if not exists total bigint', false],
  ['alter table orders add constraint positive check (total > 0)', true],
  ['alter table orders add unique (total)', true],
  ['create unique index orders_total on orders (total)', true],
  ['create index orders_total on orders (total)', false],
  ['alter table orders drop constraint positive', false],
  ['alter table orders alter column total drop not null', false],
  ['drop index orders_total; -- drop table orders', false],
])('%s: takes something away: %s', (sql, takes) => {
  expect(contracts(sql)).toBe(takes)
})
