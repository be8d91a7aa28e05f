import type { Group } from './rule.ts'

// One series for each group of each shop: what replicas report of the same thing is not added up.
const byGroup = 'by (namespace, consumergroup)'
const byEndpoint = 'max by (namespace, endpoint)'

/** What waits in a retry group waits on purpose. */
const main = 'consumergroup!~".+[.]retry"'
const lag = `sum ${byGroup} (kafka_consumergroup_lag{${main}})`
const members = `max ${byGroup} (kafka_consumergroup_members)`

const offset = 'kafka_consumergroup_current_offset'

/** Of an endpoint that says nothing about it: the default of charts/subscriber. */
const objective = (byDefault: number) => `(
    max by (consumergroup) (petrel:lag_age_objective:seconds)
  or
    max by (consumergroup) (kafka_consumergroup_lag_seconds) * 0 + ${byDefault}
  )`

/** What can be wrong with those who read from the bus. @param lagAgeSeconds the objective of an endpoint that has none of its own */
export const subscribers = (lagAgeSeconds: number): Group => ({
  name: 'petrel-subscribers',
  alerts: [
    {
      name: 'LagAgeOverObjective',
      severity: 'critical',
      when: `max ${byGroup} (kafka_consumergroup_lag_seconds{${main}})
> on (consumergroup) group_left ()
  ${objective(lagAgeSeconds)}`,
      for: '1m',
      summary: 'The oldest message that waits for {{ $labels.consumergroup }} is {{ $value | humanizeDuration }} old.',
    },
    {
      name: 'LagRisesAtMaxReplicas',
      severity: 'warning',
      // A hundred: a handful more than a handful is no trend.
      when: `(${lag} > 1.2 * sum ${byGroup} (kafka_consumergroup_lag{${main}} offset 10m))
and (${lag} > 100)
and (${members} >= on (consumergroup) group_left () max by (consumergroup) (petrel:replicas_max:count))`,
      for: '5m',
      summary:
        'Ever more waits for {{ $labels.consumergroup }} ({{ $value }} messages), and it has all the replicas it may have.',
    },
    {
      name: 'GroupWithoutMembers',
      severity: 'critical',
      when: `(${members} == 0)\nand (sum ${byGroup} (kafka_consumergroup_lag) > 0)`,
      for: '1m',
      summary: 'Messages wait for {{ $labels.consumergroup }}, and no process reads them.',
    },
    {
      name: 'PartitionStandsStill',
      severity: 'critical',
      // Without a member that is GroupWithoutMembers, of all partitions. Compared with what was seen then: while lag-exporter has
      // just been started, nobody knows how long it stands still.
      when: `min_over_time(kafka_consumergroup_lag{${main}}[5m]) > 0
and on (namespace, consumergroup, topic, partition) (${offset} == max_over_time(${offset}[5m] offset 5m))
and on (namespace, consumergroup) (${members} > 0)`,
      for: '1m',
      summary:
        '{{ $labels.consumergroup }} has not moved in partition {{ $labels.partition }} of {{ $labels.topic }} for five minutes, and at least {{ $value }} messages wait there.',
    },
    {
      name: 'TopicMissing',
      severity: 'critical',
      when: 'max by (namespace, endpoint, group) (petrel_topics_missing) > 0',
      for: '1m',
      summary: 'Topics that {{ $labels.group }} reads are not there: {{ $value }}.',
    },
    {
      name: 'DeadLettersWaiting',
      severity: 'warning',
      when: 'max by (namespace, endpoint_of) (petrel_dead_letters) > 0',
      for: '1m',
      summary: 'Messages that {{ $labels.endpoint_of }} could not handle, and that wait for a person: {{ $value }}.',
    },
    {
      name: 'ScheduledMessageLate',
      severity: 'warning',
      when: `${byEndpoint} (petrel_scheduled_oldest_overdue_seconds) > 60`,
      for: '1m',
      summary: 'A timeout or a postponed message of {{ $labels.endpoint }} is {{ $value | humanizeDuration }} late.',
    },
    {
      name: 'OutboxOld',
      severity: 'critical',
      when: `${byEndpoint} (petrel_outbox_oldest_age_seconds) > 60`,
      for: '1m',
      summary: 'What {{ $labels.endpoint }} has decided has not been published for {{ $value | humanizeDuration }}.',
    },
    {
      name: 'RebalanceStorm',
      severity: 'warning',
      // Scaling down takes a replica a minute, so ten in ten minutes can be a quiet evening.
      when: 'max by (namespace, endpoint, group) (increase(petrel_rebalances_total[10m])) > 20',
      for: '5m',
      summary: 'The group {{ $labels.group }} has shared out its partitions {{ $value | humanize }} times in ten minutes.',
    },
    {
      name: 'LagUnknown',
      severity: 'warning',
      // All alerts above are silent while nobody measures.
      when: 'absent(kafka_brokers) or (max by (namespace) (kafka_brokers) == 0)',
      for: '5m',
      summary: 'Nobody measures what waits in Kafka: lag-exporter is away, or Kafka does not answer it.',
    },
  ],
})
