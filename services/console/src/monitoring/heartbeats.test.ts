import type { Heartbeat } from '@petrel/messaging/operations'
import { describe, expect, test } from 'vitest'
import { aHeartbeat, anAudit } from '../../../../test/support/audits.ts'
import { fallSilent, hear } from './heartbeats.ts'
import { endpointState, type Instance, shownInstances } from './instance.ts'

const sign = (instance: string, at: number, heartbeat: Partial<Heartbeat> = {}) =>
  anAudit({ instance, at, heartbeat: aHeartbeat(heartbeat) })
const kinds = ({ events }: ReturnType<typeof hear>) => events.map(({ kind }) => kind)

describe('an endpoint', () => {
  test('starts with its first process, and stops with its last', () => {
    const started = hear([], [sign('a', 1_000), sign('b', 2_000)])
    expect(kinds(started)).toEqual(['endpoint-started', 'instance-started'])
    const first = hear(started.instances, [sign('a', 11_000, { stopping: true })])
    expect(kinds(first)).toEqual(['instance-stopped'])
    expect(endpointState(first.instances)).toBe('running')
    const last = hear(first.instances, [sign('b', 12_000, { stopping: true })])
    expect(last.events).toMatchObject([{ kind: 'endpoint-stopped', severity: 'warn', at: 12_000, endpoint: 'billing' }])
    expect(endpointState(last.instances)).toBe('stopped')
  })

  test('is silent when its last process has missed three heartbeats, and back with the next one', () => {
    const { instances } = hear([], [sign('a', 10_000), sign('b', 40_000)])
    expect(fallSilent(instances, 40_000).changed).toEqual([])
    const one = fallSilent(instances, 40_001)
    expect(kinds(one)).toEqual(['instance-silent'])
    const both = fallSilent(one.instances, 80_000)
    expect(both.events).toMatchObject([{ kind: 'endpoint-silent', severity: 'fail' }])
    expect(endpointState(both.instances)).toBe('silent')
    const back = hear(both.instances, [sign('a', 90_000), sign('b', 91_000)])
    expect(kinds(back)).toEqual(['endpoint-back', 'instance-back'])
  })

  test('that has sent no heartbeat is unknown', () => {
    expect(endpointState([])).toBe('unknown')
  })

  test('that has stopped in order is not silent, however long it is away', () => {
    const { instances } = hear([], [sign('a', 1_000), sign('a', 2_000, { stopping: true })])
    expect(fallSilent(instances, 1e12).changed).toEqual([])
  })

  test('is told once when it goes down to one message at a time, and once when it goes up again', () => {
    const guarded = hear([], [sign('a', 1_000), sign('b', 1_000), sign('a', 2_000, { outageGuard: true })])
    expect(kinds(guarded)).toEqual(['endpoint-started', 'instance-started', 'outage-guard-on'])
    const more = hear(guarded.instances, [sign('b', 3_000, { outageGuard: true }), sign('a', 4_000)])
    expect(kinds(more)).toEqual([])
    expect(kinds(hear(more.instances, [sign('b', 5_000)]))).toEqual(['outage-guard-off'])
  })
})

test('an endpoint that has started again and again hears its heartbeats as fast as another', () => {
  const former = Array.from({ length: 20_000 }, (_, at) => instance(`former-${at}`, 'stopped', at))
  const beats = Array.from({ length: 10_000 }, (_, at) => sign('a', 30_000 + at))
  const { instances, changed, events } = hear(former, beats)
  expect(instances).toHaveLength(20_001)
  expect(changed).toMatchObject([{ id: 'a', state: 'running', lastSeenAt: 39_999 }])
  expect(events.map(({ kind }) => kind)).toEqual(['endpoint-started'])
})

test('a heartbeat that is read again, or late, changes nothing', () => {
  const { instances } = hear([], [sign('a', 1_000), sign('a', 11_000, { stopping: true })])
  const again = hear(instances, [sign('a', 1_000), sign('a', 11_000)])
  expect(again).toEqual({ instances, changed: [], events: [] })
})

const instance = (id: string, state: Instance['state'], lastSeenAt: number): Instance => ({
  ...aHeartbeat(),
  id,
  endpoint: 'billing',
  state,
  lastSeenAt,
})

describe('processes that are shown', () => {
  const now = Date.parse('2026-03-01T12:00:00Z')
  const minutes = (count: number) => now - count * 60_000

  test('are those that run, and for a while those that have ended', () => {
    const all = [
      instance('runs', 'running', minutes(0)),
      instance('stopped', 'stopped', minutes(9)),
      instance('stopped long ago', 'stopped', minutes(11)),
      instance('silent', 'silent', minutes(59)),
      instance('silent long ago', 'silent', minutes(61)),
    ]
    expect(shownInstances(all, now).map(({ id }) => id)).toEqual(['runs', 'stopped', 'silent'])
  })

  test('have the last one among them, however long it is away', () => {
    const all = [instance('first', 'stopped', minutes(600)), instance('last', 'silent', minutes(500))]
    expect(shownInstances(all, now).map(({ id }) => id)).toEqual(['last'])
  })
})
