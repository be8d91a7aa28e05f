import type { Pool } from 'pg'
import { runAlone } from './connections.ts'

/** The database belongs to another endpoint: a person has to give one of the two another database. */
export class DatabaseOwnedByAnother extends Error {
  override readonly name = 'DatabaseOwnedByAnother'
}

const claim = { text: 'insert into petrel_endpoint (name) values ($1) on conflict (only_row) do nothing' }
const selectOwner = { text: 'select name from petrel_endpoint' }

/**
 * Makes the database the endpoint's own, unless it is another's. In a shared inbox the second endpoint would skip every
 * message that the first has handled. Replicas of one endpoint share the claim.
 * @throws DatabaseOwnedByAnother, StoreUnavailable
 */
export async function claimDatabase(pool: Pool, endpoint: string): Promise<void> {
  await runAlone(pool, { ...claim, values: [endpoint] })
  // A statement of its own: of two first claims the second waits for the first, and its own snapshot does not see it.
  const [owner] = await runAlone<{ name: string }>(pool, selectOwner)
  if (owner !== undefined && owner.name !== endpoint) throw new DatabaseOwnedByAnother(sentence(endpoint, owner.name))
}

const sentence = (endpoint: string, owner: string) =>
  `The database of ${endpoint} (DATABASE_URL) belongs to the endpoint ${owner}, and an inbox cannot be shared. ` +
  `Give ${endpoint} a database of its own. If ${owner} was renamed to ${endpoint}, rename the owner: ` +
  `update petrel_endpoint set name = '${endpoint.replaceAll("'", "''")}'`
