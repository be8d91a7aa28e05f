import { type Failure, type FailureGroup, groupFailures, listFailures } from '@petrel/messaging/operations'
import { requireEndpoint } from './endpoints.ts'
import type { Screen } from './screen.ts'
import type { Setting } from './setting.ts'
import { table } from './table.ts'
import { ago } from './time.ts'

interface Options {
  readonly endpoint?: string
  readonly json?: true
}

/** `petrel failures`: what waits for a person. */
export async function showFailures({ addresses, broker, out }: Setting, { endpoint, json }: Options): Promise<true> {
  const infrastructure = { admin: broker.admin, prefix: addresses.prefix }
  if (endpoint !== undefined) await requireEndpoint(infrastructure, endpoint)
  const failures = await listFailures(infrastructure, endpoint)
  const groups = groupFailures(failures)
  if (json) out.json(groups)
  else if (failures.length === 0) out.line('Nothing waits for you: every message was handled, or is still being tried.')
  else show(groups, endpoint === undefined ? [] : failures, out)
  return true
}

function show(groups: readonly FailureGroup[], failures: readonly Failure[], out: Screen): void {
  showTable(groupTable(groups), out)
  if (failures.length > 0) {
    out.line()
    showTable(failureTable(failures), out)
  }
  const endpoints = [...new Set(groups.map((group) => group.endpoint))]
  out.line()
  for (const name of endpoints)
    out.line(
      out.paint(
        'dim',
        `petrel failures --endpoint ${name} shows each; petrel replay ${name} sends back all, --id … one of them.`,
      ),
    )
}

const groupTable = (groups: readonly FailureGroup[]): string[] =>
  table(
    [
      { heading: 'COUNT', align: 'right' },
      { heading: 'ENDPOINT' },
      { heading: 'MESSAGE' },
      { heading: 'SINCE' },
      { heading: 'LAST' },
      { heading: 'ERROR' },
    ],
    groups.map((group) => [
      String(group.count),
      group.endpoint,
      group.type ?? '(unknown)',
      ago(group.firstFailedAt),
      ago(group.lastFailedAt),
      `${group.errorType}: ${group.errorMessage}`,
    ]),
  )

const failureTable = (failures: readonly Failure[]): string[] =>
  table(
    [
      { heading: 'ID' },
      { heading: 'KEY' },
      { heading: 'MESSAGE' },
      { heading: 'TRIES', align: 'right' },
      { heading: 'LAST' },
      { heading: 'ERROR' },
    ],
    failures.map((failure) => [
      failure.id,
      failure.key ?? '',
      failure.type ?? '(unknown)',
      String(failure.attempts),
      ago(failure.lastFailedAt),
      `${failure.errorType}: ${failure.errorMessage.split('\n', 1)[0]}`,
    ]),
  )

function showTable([headings = '', ...rows]: readonly string[], out: Screen): void {
  out.line(out.paint('bold', out.fit(headings)))
  for (const row of rows) out.line(out.fit(row))
}
