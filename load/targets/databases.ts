import { Client } from 'pg'
import type { Entry } from '../targets.ts'
import type { AskBook } from './orderBooks.ts'

/** Reads books over a connection of its own for each question. @param urlOf the service's database */
export const askDatabases =
  (urlOf: (service: string) => Promise<string>): AskBook =>
  async (service, sql) => {
    const client = new Client({ connectionString: await urlOf(service) })
    await client.connect()
    try {
      const { rows } = await client.query<{ order_id: string; at: string }>(sql)
      return rows.map(({ order_id, at }): Entry => ({ orderId: order_id, at: Number(at) }))
    } finally {
      await client.end()
    }
  }
