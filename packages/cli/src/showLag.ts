import { setTimeout as pause } from 'node:timers/promises'
import { type EndpointLag, readLag } from '@petrel/messaging/operations'
import type { CommandContext } from './commandContext.ts'
import { showTable } from './showTable.ts'
import { table } from './table.ts'

interface Options {
  readonly json?: true
  /** Milliseconds. */
  readonly every?: number
}

/** `petrel lag`: how many messages wait for each endpoint. With `every` it goes on until it is ended, a line of JSON each time. */
export async function showLag({ addresses, broker, out }: CommandContext, { json, every }: Options): Promise<true> {
  const infrastructure = { admin: broker.admin, prefix: addresses.prefix }
  if (every !== undefined)
    for (;;) {
      out.line(JSON.stringify(await readLag(infrastructure)))
      await pause(every)
    }
  const lags = await readLag(infrastructure)
  if (json) out.json(lags)
  else if (lags.length === 0) out.line('No endpoint is deployed yet.')
  else showTable(lagTable(lags), out)
  return true
}

const lagTable = (lags: readonly EndpointLag[]): string[] =>
  table(
    [
      { heading: 'ENDPOINT' },
      { heading: 'MEMBERS', align: 'right' },
      { heading: 'LAG', align: 'right' },
      { heading: 'RETRIES', align: 'right' },
      { heading: 'FAILURES', align: 'right' },
    ],
    lags.map(({ endpoint, main, retry, deadLetters }) => [
      endpoint,
      ...[main.members, main.lag, retry.lag, deadLetters].map(String),
    ]),
  )
