import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { databaseName, dropDatabase, ensureDatabase } from '../../deploy/local/stack/databases.ts'
import { goods } from '../../services/shopkeeper/src/goods.ts'
import { type CardName, cards, type ProcessName } from './names.ts'

/** A database and a role for each card and for the payment gateway, with empty tables and full shelves. */
export interface Databases {
  readonly urls: ReadonlyMap<ProcessName, string>
  drop(): Promise<void>
}

/** @param prefix keeps houses on one server apart */
export async function makeDatabases(superuserUrl: string, prefix: string): Promise<Databases> {
  const urls = new Map<ProcessName, string>()
  const nameOf = (name: ProcessName) => `${prefix}_${databaseName(name)}`
  for (const name of [...cards, 'payment-gateway'] as const) urls.set(name, await ensureDatabase(superuserUrl, nameOf(name)))
  for (const name of cards) await withClient(urls.get(name) ?? '', (client) => fill(client, name))
  return {
    urls,
    async drop() {
      for (const name of urls.keys()) await dropDatabase(superuserUrl, nameOf(name))
    },
  }
}

async function fill(client: Client, name: CardName): Promise<void> {
  await client.query(await readFile(join(import.meta.dirname, name, 'tables.sql'), 'utf8'))
  if (name !== 'stock') return
  const shelves = goods.map(({ sku, quantity }) => ({ sku, available: quantity }))
  await client.query('insert into stock select * from jsonb_populate_recordset(null::stock, $1::jsonb)', [
    JSON.stringify(shelves),
  ])
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
