import { Client } from 'pg'
import { endpoints } from '../../test/support/shop.ts'
import { median } from '../figures/statistics.ts'
import type { ServiceDatabases } from './serviceDatabases.ts'

/** How many messages a service saved in one transaction. */
export interface Batches {
  readonly service: string
  readonly transactions: number
  readonly messages: number
  readonly median: number
  readonly largest: number
}

/** Read from the inboxes afterwards: rows of one transaction have its number. */
export async function readBatches(databases: ServiceDatabases, since: Date): Promise<Batches[]> {
  return Promise.all(endpoints.map((service) => batchesOf(service, databases.urlOf(service), since)))
}

async function batchesOf(service: string, url: string, since: Date): Promise<Batches> {
  const client = new Client(url)
  await client.connect()
  const { rows } = await client.query<{ messages: number }>(
    'select count(*)::int as messages from petrel_inbox where handled_at >= $1 group by xmin',
    [since],
  )
  await client.end()
  const sizes = rows.map(({ messages }) => messages)
  const messages = sizes.reduce((sum, size) => sum + size, 0)
  return { service, transactions: sizes.length, messages, median: median(sizes), largest: Math.max(0, ...sizes) }
}
