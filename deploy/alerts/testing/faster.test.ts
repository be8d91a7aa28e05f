import { expect, test } from 'vitest'
import { syntaxErrors } from '../../dashboards/queries/metrics.ts'
import { groups } from '../rulesFile.ts'
import { faster, fasterQuery } from './faster.ts'

test('ranges and offsets are divided, counts are not', () => {
  const query = '(sum by (a) (lag) > 1.2 * sum by (a) (lag{b!~"5m"} offset 10m)) and (changes(done[5m]) == 0) and (lag > 100)'
  expect(fasterQuery(query, 10)).toBe(
    '(sum by (a) (lag) > 1.2 * sum by (a) (lag{b!~"5m"} offset 60s)) and (changes(done[30s]) == 0) and (lag > 100)',
  )
})

test('an age is divided, and how long an answer may take is not', () => {
  expect(fasterQuery('max by (a) (petrel_outbox_oldest_age_seconds) > 60', 10)).toBe(
    'max by (a) (petrel_outbox_oldest_age_seconds) > 6',
  )
  expect(fasterQuery('max by (a) (kafka_consumergroup_lag_seconds) * 0 + 60', 10)).toBe(
    'max by (a) (kafka_consumergroup_lag_seconds) * 0 + 6',
  )
  const slow = 'histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket[2m]))) > 0.3'
  expect(fasterQuery(slow, 10)).toBe(slow.replace('2m', '12s'))
})

test('what an endpoint promises is an age, how many replicas it may have is none', () => {
  const recordings = [
    { record: 'petrel:lag_age_objective:seconds', expr: 'vector(300)', labels: { consumergroup: 'billing' } },
    { record: 'petrel:replicas_max:count', expr: 'vector(6)', labels: { consumergroup: 'billing' } },
    { record: 'petrel:front_failed_share:rate3d', expr: 'petrel:x:rate3d + rate(y_seconds_count[3d])' },
  ]
  expect(faster([{ name: 'promises', recordings }], 10)).toEqual([
    {
      name: 'promises',
      recordings: [
        { ...recordings[0], expr: 'vector(30)' },
        recordings[1],
        { ...recordings[2], expr: 'petrel:x:rate3d + rate(y_seconds_count[25920s])' },
      ],
    },
  ])
})

test('of the rules that there are nothing else changes, and none takes as long as before', () => {
  const before = groups().flatMap(({ alerts = [] }) => alerts)
  const after = faster(groups(), 7).flatMap(({ alerts = [] }) => alerts)
  for (const [index, alert] of after.entries()) {
    const { when, for: lasting, ...rest } = before[index] ?? alert
    expect(alert).toMatchObject(rest)
    expect(alert.for).not.toBe(lasting)
    expect(withoutNumbers(alert.when)).toBe(withoutNumbers(when))
    expect(syntaxErrors(alert.when)).toEqual([])
  }
  expect(after).toHaveLength(before.length)
})

const withoutNumbers = (text: string) => text.replaceAll(/\b\d+(\.\d+)?(ms|[smhd])?\b/g, 'N')
