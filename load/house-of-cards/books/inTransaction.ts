import type { Pool, PoolClient } from 'pg'

/** All of the work, or nothing of it. A connection that failed is not used again. */
export async function inTransaction<T>(database: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  const tx = await database.connect()
  let failure: Error | undefined
  try {
    await tx.query('begin')
    const result = await work(tx)
    await tx.query('commit')
    return result
  } catch (error) {
    failure = error as Error
    throw error
  } finally {
    tx.release(failure)
  }
}
