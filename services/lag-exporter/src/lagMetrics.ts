import { type Description, type MetricsRegistry, readGauge, type Reading } from '@petrel/messaging/metrics'
import type { AgedLag } from '@petrel/messaging/operations'
import type { Seen } from './look.ts'

/** What was seen last; undefined while Kafka does not answer. */
export type Look = () => Promise<Seen | undefined>

const perLag = ['consumergroup', 'topic', 'partition'] as const
const perPartition = ['topic', 'partition'] as const

/** Registers everything that is exported; docs/metrics.md says what each means. While Kafka is away, only `kafka_brokers` is left, and is 0. */
export function lagMetrics(registry: MetricsRegistry, look: Look, prefix: string): void {
  const short = (name: string) => name.slice(prefix.length)
  const gauge = <L extends string>(description: Description<L>, read: (seen: Seen) => Reading<L>[]) =>
    readGauge(registry, description, async () => {
      const seen = await look()
      return seen === undefined ? [] : read(seen)
    })
  const lagGauge = (name: string, help: string, valueOf: (lag: AgedLag) => number) =>
    gauge({ name, help, labelNames: perLag }, ({ lags }) => lags.map((lag) => [labelsOf(lag, short), valueOf(lag)]))
  const partitionGauge = (name: string, help: string, valueOf: (partition: Seen['overview']['partitions'][number]) => number) =>
    gauge({ name, help, labelNames: perPartition }, ({ overview }) =>
      overview.partitions.map((each) => [{ topic: short(each.topic), partition: each.partition }, valueOf(each)]),
    )

  lagGauge('kafka_consumergroup_lag', 'Records that a group has not handled yet', ({ lag }) => lag)
  lagGauge(
    'kafka_consumergroup_lag_seconds',
    'Age of the oldest record that waits for a group; 0 when none does',
    ({ seconds }) => seconds,
  )
  lagGauge('kafka_consumergroup_current_offset', 'Where a group goes on', ({ committed }) => Number(committed))
  gauge({ name: 'kafka_consumergroup_members', help: 'Members of a group', labelNames: ['consumergroup'] }, ({ overview }) =>
    overview.groups.map(({ group, members }) => [{ consumergroup: short(group) }, members]),
  )
  partitionGauge('kafka_topic_partition_current_offset', 'The offset that the next record gets', ({ latest }) => Number(latest))
  partitionGauge('kafka_topic_partition_oldest_offset', 'The first offset that the broker keeps', ({ earliest }) =>
    Number(earliest),
  )
  partitionGauge(
    'kafka_topic_partition_under_replicated_partition',
    '1 while a replica of the partition is behind',
    ({ underReplicated }) => (underReplicated ? 1 : 0),
  )
  gauge(
    { name: 'petrel_dead_letters', help: 'Messages that wait for a person', labelNames: ['endpoint_of'] },
    ({ deadLetters }) => [...deadLetters].map(([endpoint_of, waiting]) => [{ endpoint_of }, waiting]),
  )
  readGauge(registry, { name: 'kafka_brokers', help: 'Brokers of the cluster; 0 while none answers' }, async () => [
    [{}, (await look())?.overview.brokers ?? 0],
  ])
}

const labelsOf = ({ group, topic, partition }: AgedLag, short: (name: string) => string) => ({
  consumergroup: short(group),
  topic: short(topic),
  partition,
})
