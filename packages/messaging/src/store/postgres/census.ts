import type { Pool } from 'pg'
import type { Census, SagaCount } from '../port.ts'
import { runAlone } from './connections.ts'

/** The inbox may have millions of rows: PostgreSQL's own estimate is enough. */
const census = {
  text: `select
    (select pg_stat_get_live_tuples('petrel_inbox'::regclass)) as inbox,
    (select count(*) from petrel_outbox) as rows,
    (select extract(epoch from now() - min(created_at)) from petrel_outbox) as oldest,
    (select count(*) from petrel_scheduled) as records,
    (select extract(epoch from now() - min(due_at)) from petrel_scheduled) as overdue`,
}

const sagas = {
  text: `select saga, count(*) filter (where not completed) as open, count(*) filter (where completed) as completed
  from petrel_saga group by saga order by saga`,
}

type CensusRow = Readonly<Record<'inbox' | 'rows' | 'oldest' | 'records' | 'overdue', unknown>>

export async function readCensus(pool: Pool): Promise<Census> {
  const [row] = await runAlone<CensusRow>(pool, census)
  return {
    inbox: Number(row?.inbox ?? 0),
    outbox: { rows: Number(row?.rows ?? 0), oldestMs: pastMs(row?.oldest) },
    scheduled: { records: Number(row?.records ?? 0), overdueMs: pastMs(row?.overdue) },
  }
}

/** Seconds as milliseconds; 0 for what lies in the future, and for nothing. */
const pastMs = (seconds: unknown) => Math.max(0, Number(seconds ?? 0) * 1000)

export async function readSagaCounts(pool: Pool): Promise<SagaCount[]> {
  const rows = await runAlone<Record<'saga' | 'open' | 'completed', unknown>>(pool, sagas)
  return rows.map(({ saga, open, completed }) => ({ saga: String(saga), open: Number(open), completed: Number(completed) }))
}
