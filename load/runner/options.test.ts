import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('without options a blast is 150 orders a second for two minutes, and the gateway takes 40', () => {
  const { campaign, ...others } = readOptions(['blast'])
  expect(others).toEqual({ isDuel: false, hasKeys: true, cluster: undefined })
  expect(campaign).toMatchObject({ name: 'blast', gatewayPerSecond: 40, bystandersPerSecond: 5 })
  expect(campaign.phases[2]).toEqual({ name: 'blast', seconds: 120, from: 150, to: 150 })
})

test('a smaller machine has a smaller mail, and is as many times calmer before and after it', () => {
  const { campaign } = readOptions(['blast', '--rate', '60', '--calm', '2'])
  expect(campaign.phases.map(({ name, from, to }) => [name, from, to])).toEqual([
    ['warm-up', 2, 2],
    ['rise', 2, 60],
    ['blast', 60, 60],
    ['tail', 60, 2],
  ])
})

test('a gateway without a limit is said so', () => {
  const { campaign } = readOptions(['soak', '--gateway', 'none', '--rate', '90'])
  expect(campaign).toMatchObject({ gatewayPerSecond: null, phases: [{ from: 30, to: 30 }] })
})

test('a duel is a blast, unless another campaign is named', () => {
  expect(readOptions(['duel'])).toMatchObject({ isDuel: true, hasKeys: true, campaign: { name: 'blast' } })
  expect(readOptions(['duel', 'blast-killed-billing', '--without-keys'])).toMatchObject({
    isDuel: true,
    hasKeys: false,
    campaign: { name: 'blast-killed-billing' },
  })
})

test('a shop in a cluster has two addresses', () => {
  const url = 'http://shop.example:8080'
  const prometheus = 'http://prometheus.example:9090'
  expect(readOptions(['blast', '--url', url, '--prometheus', prometheus]).cluster).toEqual({
    url,
    prometheusUrl: prometheus,
    namespace: 'petrel',
  })
  expect(() => readOptions(['blast', '--url', url])).toThrow('both addresses')
  expect(() => readOptions(['duel', '--url', url, '--prometheus', prometheus])).toThrow('A duel is on this machine')
})

test.each([
  [['storm'], 'campaigns: blast, '],
  [[], 'campaigns: blast, '],
  [['help'], '--calm 5          orders a second before and after it'],
  [['blast', '--calm', '0'], '--calm must be a whole number above 0, and is "0".'],
  [['blast', '--rate', 'many'], '--rate must be a whole number above 0, and is "many".'],
  [['blast', '--height', '3'], "Unknown option '--height'"],
])('%j is answered with what to do', (args, said) => {
  expect(() => readOptions(args)).toThrow(said)
})
