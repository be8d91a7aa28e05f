import type { Audit } from '@petrel/messaging/operations'
import type { Batch } from '../reading/port.ts'
import { type Column, insertOf, plainInteger, plainText, plainTime } from '../store/columns.ts'
import { failuresAt, lockEndpoints, refreshFailures } from './refreshFailures.ts'

/** That an endpoint handled what a person had sent back; from its audit topic. */
export interface Confirmation {
  readonly endpoint: string
  /** `<topic>/<partition>/<offset>` of the dead letter. */
  readonly replayOf: string
  readonly outcome: 'handled' | 'duplicate'
  readonly attempt: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

const columns: readonly Column<Confirmation>[] = [
  ['endpoint', 'text', ({ endpoint }) => endpoint],
  ['replay_of', 'text', ({ replayOf }) => plainText(replayOf)],
  ['outcome', 'text', ({ outcome }) => outcome],
  ['attempt', 'integer', ({ attempt }) => plainInteger(attempt)],
  ['at', 'timestamptz', ({ at }) => plainTime(at)],
]

/** What an audit says of messages that people have sent back, and that are handled now. */
export const confirmationsIn = ({ endpoint, at, messages }: Audit): Confirmation[] =>
  messages.flatMap(({ replayOf, outcome, attempt }) =>
    replayOf !== null && (outcome === 'handled' || outcome === 'duplicate') ? [{ endpoint, replayOf, outcome, attempt, at }] : [],
  )

/** Writes confirmations, and what follows for the messages that they are about; the earliest of a letter counts. */
export async function storeConfirmations({ tx, changed }: Batch, confirmations: readonly Confirmation[]): Promise<void> {
  if (confirmations.length === 0) return
  await lockEndpoints(
    tx,
    confirmations.map(({ endpoint }) => endpoint),
  )
  const latestFirst = confirmations.toSorted((a, b) => b.at - a.at)
  const once = new Map(latestFirst.map((each) => [JSON.stringify([each.endpoint, each.replayOf]), each]))
  const { text, values } = insertOf('confirmation', columns, [...once.values()])
  await tx.query(
    `${text} on conflict (endpoint, replay_of) do update
     set at = excluded.at, outcome = excluded.outcome, attempt = excluded.attempt where confirmation.at > excluded.at`,
    values,
  )
  const ids = await failuresAt(
    tx,
    confirmations.map(({ replayOf }) => replayOf),
  )
  for (const change of await refreshFailures(tx, ids)) changed(change)
  for (const event of ['summary', 'groups', 'failures'] as const) changed({ event, data: {} })
}
