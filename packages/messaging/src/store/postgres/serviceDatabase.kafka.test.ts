import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { DatabaseUrlIncomplete, dropDatabase, ensureDatabase, ownerOfDatabase } from './serviceDatabase.ts'

const superuserUrl = inject('stack').databaseUrl
let name = ''
let serviceUrl = ''
beforeEach(() => {
  name = `t${randomBytes(4).toString('hex')}`
  serviceUrl = urlOf(`${name}_sales`, "it's %40 secret", `${name}_sales`)
})
afterEach(async () => {
  await dropDatabase(superuserUrl, serviceUrl)
})

function urlOf(user: string, password: string, database: string): string {
  const url = new URL(superuserUrl)
  url.username = user
  url.password = password
  url.pathname = `/${database}`
  return url.href
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('the service owns its database, and another service may not enter it', async () => {
  expect(await ensureDatabase(superuserUrl, serviceUrl)).toEqual({ role: `${name}_sales`, database: `${name}_sales` })
  await query(serviceUrl, 'create table orders (id text)')
  const neighbour = urlOf(`${name}_billing`, 'secret', `${name}_billing`)
  await ensureDatabase(superuserUrl, neighbour)
  try {
    await expect(query(urlOf(`${name}_billing`, 'secret', `${name}_sales`), 'select 1')).rejects.toThrow(
      /permission denied for database/,
    )
  } finally {
    await dropDatabase(superuserUrl, neighbour)
  }
})

test('again it makes nothing, keeps what is in it, and sets the password', async () => {
  await ensureDatabase(superuserUrl, serviceUrl)
  await query(serviceUrl, "create table orders (id text); insert into orders values ('o-1')")
  const changed = urlOf(`${name}_sales`, 'another', `${name}_sales`)
  expect(await ensureDatabase(superuserUrl, changed)).toEqual({ role: undefined, database: undefined })
  expect(await query(changed, 'select id from orders')).toEqual([{ id: 'o-1' }])
  await expect(query(serviceUrl, 'select 1')).rejects.toThrow(/password authentication failed/)
})

test('a role that may create roles and databases is enough, for making and for dropping', async () => {
  await query(superuserUrl, `create role ${name}_maker login createrole createdb password 'secret'`)
  const makerUrl = urlOf(`${name}_maker`, 'secret', 'postgres')
  try {
    await ensureDatabase(makerUrl, serviceUrl)
    await query(serviceUrl, 'create table orders (id text)')
    await ensureDatabase(makerUrl, serviceUrl)
    expect(await dropDatabase(makerUrl, serviceUrl)).toEqual({ role: `${name}_sales`, database: `${name}_sales` })
    expect(await dropDatabase(makerUrl, serviceUrl)).toEqual({ role: undefined, database: undefined })
  } finally {
    await query(superuserUrl, `drop role ${name}_maker`)
  }
})

test('who has claimed a database is known; of one that is not there, nobody', async () => {
  expect(await ownerOfDatabase(superuserUrl, serviceUrl)).toBeUndefined()
  await ensureDatabase(superuserUrl, serviceUrl)
  expect(await ownerOfDatabase(superuserUrl, serviceUrl)).toBeUndefined()
  await query(serviceUrl, "create table petrel_endpoint (name text); insert into petrel_endpoint values ('sales')")
  expect(await ownerOfDatabase(superuserUrl, serviceUrl)).toBe('sales')
})

test('an address without user, password or database is refused before anything is made', async () => {
  await expect(async () => ensureDatabase(superuserUrl, 'postgres://127.0.0.1:5432/')).rejects.toThrow(DatabaseUrlIncomplete)
})
