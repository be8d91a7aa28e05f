import type { Pool, PoolClient } from 'pg'
import { type Change, tellChanges } from '../hub/hub.ts'
import type { Batch } from '../reading/port.ts'

/** Runs the task in a transaction, and tells of its changes when it is committed. */
export async function transaction<T>(pool: Pool, task: (batch: Batch) => Promise<T>): Promise<T> {
  const tx = await pool.connect()
  try {
    await tx.query('begin')
    const changes = new Map<string, Change>()
    const result = await task({ tx, changed: (change) => void changes.set(JSON.stringify(change), change) })
    await tellChanges(tx, [...changes.values()])
    await tx.query('commit')
    tx.release()
    return result
  } catch (error) {
    await rollBack(tx)
    throw error
  }
}

/** A connection that cannot even do that is not given back. */
async function rollBack(tx: PoolClient): Promise<void> {
  try {
    await tx.query('rollback')
    tx.release()
  } catch {
    tx.release(true)
  }
}
