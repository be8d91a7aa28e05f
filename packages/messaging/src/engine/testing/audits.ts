import type { Audit, HandledEntry } from '../../audit/audit.ts'
import { auditTypeName } from '../../audit/schema.ts'
import type { OutgoingRecord } from '../../broker/port.ts'
import { ce } from '../../headers.ts'

export const isAudit = ({ headers }: Pick<OutgoingRecord, 'headers'>): boolean => headers[ce.type] === auditTypeName

/** What counts of each delivery, as docs/guides/audit.md tells those who read audits. */
export function deliveriesIn(audits: readonly Audit[]): HandledEntry[] {
  const counting = new Map<string, { readonly entry: HandledEntry; readonly at: number }>()
  for (const { at, messages } of audits)
    for (const entry of messages) {
      const place = `${entry.topic}/${entry.partition}/${entry.offset}`
      const known = counting.get(place)
      if (known === undefined || counts({ entry, at }, known)) counting.set(place, { entry, at })
    }
  return [...counting.values()].map(({ entry }) => entry)
}

interface Told {
  readonly entry: HandledEntry
  readonly at: number
}

function counts(one: Told, other: Told): boolean {
  const [own, others] = [rank(one), rank(other)]
  return own === others ? one.at >= other.at : own > others
}

const rank = ({ entry }: Told) => (entry.outcome === 'handled' ? 2 : Number(entry.outcome !== 'duplicate'))
