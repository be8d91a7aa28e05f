import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('without options a blast is 150 orders a second for two minutes, and the gateway takes 40', () => {
  expect(readOptions(['blast'])).toEqual({
    name: 'blast',
    load: { rate: 150, seconds: 120, warmUpSeconds: 30, tailSeconds: 60, gatewayPerSecond: 40, bystandersPerSecond: 5 },
    cluster: undefined,
  })
})

test('a gateway without a limit is said so', () => {
  expect(readOptions(['soak', '--gateway', 'none', '--rate', '90']).load).toMatchObject({ rate: 90, gatewayPerSecond: null })
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
})

test.each([
  [['storm'], 'campaigns: blast, '],
  [[], 'campaigns: blast, '],
  [['blast', '--rate', 'many'], '--rate must be a whole number above 0, and is "many".'],
  [['blast', '--height', '3'], "Unknown option '--height'"],
])('%j is answered with what to do', (args, said) => {
  expect(() => readOptions(args)).toThrow(said)
})
