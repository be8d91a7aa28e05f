import type { Census, SagaCount, Store } from '../store/port.ts'
import { rarely } from './rarely.ts'
import { readGauge, type Reading } from './readGauge.ts'
import type { MetricsRegistry } from './registry.ts'

const censusEveryMs = 10_000
/** Counting sagas reads their whole table. */
const sagasEveryMs = 30_000

/** Shows what the store holds. Every replica of an endpoint shows the same. While the store is away, nothing is shown. */
export function storeMetrics(registry: MetricsRegistry, store: Pick<Store, 'census' | 'sagaCounts'>): void {
  const census = rarely(() => store.census(), censusEveryMs)
  const gauge = (name: string, help: string, valueOf: (census: Census) => number) =>
    readGauge(registry, { name, help }, async () => {
      const answer = await census()
      return answer === undefined ? [] : [[{}, valueOf(answer)]]
    })
  gauge('petrel_outbox_rows', 'Decided batches that may not have been published yet', ({ outbox }) => outbox.rows)
  gauge(
    'petrel_outbox_oldest_age_seconds',
    'Age of the oldest decided batch that may not have been published; 0 when there is none',
    ({ outbox }) => outbox.oldestMs / 1000,
  )
  gauge('petrel_inbox_rows', "Handled messages that the inbox remembers, by the database's own estimate", ({ inbox }) => inbox)
  gauge('petrel_scheduled_messages', 'Timeouts and postponed messages that wait', ({ scheduled }) => scheduled.records)
  gauge(
    'petrel_scheduled_oldest_overdue_seconds',
    'How long ago the first scheduled message was due; 0 when none is',
    ({ scheduled }) => scheduled.overdueMs / 1000,
  )
  const sagas = rarely(() => store.sagaCounts(), sagasEveryMs)
  readGauge(registry, { name: 'petrel_sagas', help: 'Sagas in the database', labelNames: ['saga', 'state'] }, async () =>
    ((await sagas()) ?? []).flatMap(readings),
  )
}

const readings = ({ saga, open, completed }: SagaCount): Reading<'saga' | 'state'>[] => [
  [{ saga, state: 'open' }, open],
  [{ saga, state: 'completed' }, completed],
]
