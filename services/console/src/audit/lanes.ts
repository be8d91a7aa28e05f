import type { Audit } from '@petrel/messaging/operations'
import type { ClientBase } from 'pg'
import type { Names } from './names.ts'

/** Writes down which process has each lane now. A lane stays with a process for a long time: mostly nothing is written. */
export async function writeLanes(tx: ClientBase, audits: readonly Audit[], { instances }: Names): Promise<void> {
  const latest = new Map<string, { endpoint: string; lane: string; instance: number | undefined }>()
  for (const { endpoint, lane, instance } of audits)
    if (lane !== null) latest.set(`${endpoint}\n${lane}`, { endpoint, lane, instance: instances.get(instance) })
  if (latest.size === 0) return
  await tx.query(
    `insert into lane (endpoint, lane, instance)
     select * from jsonb_to_recordset($1) as seen (endpoint text, lane text, instance int)
     where not exists (
       select from lane where lane.endpoint = seen.endpoint and lane.lane = seen.lane and lane.instance = seen.instance
     )
     order by endpoint, lane
     on conflict (endpoint, lane) do update set instance = excluded.instance`,
    [JSON.stringify([...latest.values()])],
  )
}
