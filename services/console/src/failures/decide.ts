import { type Mark, markLetters } from '@petrel/messaging/operations'
import type { ConsoleContext } from '../part.ts'
import { transaction } from '../store/transaction.ts'
import { conditionOf, type Filter, type State } from './filter.ts'
import { type EndpointMark, storeMarks } from './marks.ts'
import { narrowed } from './narrowed.ts'
import { archivedLetters, type OpenLetter, openLetters } from './openLetters.ts'
import { lockEndpoints, refreshFailures } from './refreshFailures.ts'

const atOnce = 500

interface Decision {
  readonly filter: Filter
  readonly by: string
  readonly reason: string
}

/**
 * Archives what waits: nothing sends it any more, until somebody restores it. `petrel failures` knows it as discarded.
 * @returns how many messages
 */
export const archive = (context: ConsoleContext, decision: Decision): Promise<number> =>
  decideAll(context, decision, { state: 'unresolved', outcome: 'discarded', lettersOf: openLetters })

/** Lets what was archived wait again. @returns how many messages */
export const restore = (context: ConsoleContext, decision: Decision): Promise<number> =>
  decideAll(context, decision, { state: 'archived', outcome: 'restored', lettersOf: archivedLetters })

interface Kind {
  /** Of those that it is about. */
  readonly state: State
  readonly outcome: Mark['outcome']
  readonly lettersOf: typeof openLetters
}

async function decideAll(context: ConsoleContext, { filter, by, reason }: Decision, { state, outcome, lettersOf }: Kind) {
  let changed = 0
  for await (const ids of chosen(context, await narrowed(context.pool, filter), state)) {
    const letters = await lettersOf(context.pool, ids)
    await decide(context, letters, { outcome, by, at: new Date().toISOString(), reason })
    changed += letters.length
  }
  return changed
}

/** The ids of those in a state, some hundreds at a time. Each comes once, whatever becomes of its state. */
async function* chosen({ pool }: ConsoleContext, filter: Filter, state: State): AsyncGenerator<string[]> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const { sql, values } = conditionOf(filter, [after, state, atOnce])
    const { rows } = await pool.query<{ id: string }>(
      `select id from failure where id > $1 and state = $2 and ${sql} order by id limit $3`,
      [...values],
    )
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map(({ id }) => id)
    after = last.id
  }
}

/** Writes the decision into the endpoints' topics first: what is only here would be gone with this database. */
async function decide({ broker, prefix, pool }: ConsoleContext, letters: readonly OpenLetter[], mark: Mark): Promise<void> {
  const endpoints = Map.groupBy(letters, ({ endpoint }) => endpoint)
  for (const [endpoint, all] of endpoints) {
    // Others have no such topic.
    const own = all.filter(({ foreign }) => foreign === null)
    if (own.length > 0) await markLetters({ endpoint, letters: own, mark }, { broker, prefix })
  }
  await transaction(pool, async ({ tx, changed }) => {
    await lockEndpoints(tx, [...endpoints.keys()])
    await storeMarks(tx, marksOf(letters, mark))
    const ids = letters.map(({ failureId }) => failureId)
    for (const change of await refreshFailures(tx, ids)) changed(change)
    for (const event of ['summary', 'groups', 'failures'] as const) changed({ event, data: {} })
  })
}

/** The same as will be read from the topic. */
export const marksOf = (letters: readonly OpenLetter[], mark: Mark): EndpointMark[] =>
  letters.flatMap(({ endpoint, positions, markName }) =>
    positions.map((position) => ({ position, mark, endpoint, name: markName, offset: null })),
  )
