import type { EndpointLag } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { placeAmong } from './exec.ts'
import { withoutNamespace } from './runInCluster.ts'
import { deployment, pod, scaler } from './testing/seeds.ts'
import { statusOf, statusTable } from './statusTable.ts'

const group = (lag: number) => ({ group: 'g', members: 1, lag, partitions: [] })
const lag = (endpoint: string, main: number, retry: number, deadLetters: number): EndpointLag => ({
  endpoint,
  main: group(main),
  retry: group(retry),
  deadLetters,
})

test('every service has a line with what is wanted, ready and possible, and with what waits', () => {
  const services = statusOf({
    deployments: [deployment('shipping', 3, 2), deployment('payment-gateway', 1, 1)],
    pods: [
      pod('shipping', 1),
      pod('shipping', 2),
      pod('shipping', 3, { waiting: { reason: 'CrashLoopBackOff' }, isReady: false }),
      pod('payment-gateway', 1),
    ],
    scaledObjects: [scaler('shipping', 6)],
    lags: [lag('shipping', 5_000, 2, 1)],
  })
  expect(statusTable(services)).toEqual([
    'SERVICE          VERSION  READY  MAX   LAG  RETRIES  FAILURES  TROUBLE',
    'payment-gateway  0.1.0      1/1    –     –        –         –',
    'shipping         0.1.0      2/3    6  5000        2         1  CrashLoopBackOff',
  ])
  expect(services.find(({ service }) => service === 'shipping')?.pods).toHaveLength(3)
})

test('when Kafka could not be asked, the rest is shown', () => {
  const [shipping] = statusOf({ deployments: [deployment('shipping', 1, 1)], pods: [], scaledObjects: [], lags: undefined })
  expect(shipping).toMatchObject({ service: 'shipping', ready: 1, lag: undefined })
})

test.for([
  ['registry.example:5000/petrel/sales:0.2.0', '0.2.0'],
  ['registry.example:5000/petrel/sales', 'latest'],
  ['petrel/sales@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', '0123456789ab'],
] as const)('the version of the image %s is %s', ([image, version]) => {
  const [sales] = statusOf({ deployments: [deployment('sales', 1, 1, image)], pods: [], scaledObjects: [], lags: [] })
  expect(sales?.version).toBe(version)
})

test('Kafka is asked in a pod that is ready and knows where it is', () => {
  const gateway = pod('payment-gateway', 1, { variables: [] })
  const starting = pod('sales', 1, { isReady: false })
  expect(placeAmong([gateway, starting, pod('sales', 2)])).toEqual({ pod: 'shop-sales-2', container: 'sales' })
  expect(placeAmong([pod('sales', 2), pod('console', 3)])).toEqual({ pod: 'shop-console-3', container: 'console' })
  expect(placeAmong([gateway, starting])).toBeUndefined()
})

test.for([
  [
    ['replay', 'sales', '-n', 'petrel', '--id', 'm-1'],
    ['replay', 'sales', '--id', 'm-1'],
  ],
  [
    ['failures', '--namespace=petrel', '--all'],
    ['failures', '--all'],
  ],
  [
    ['lag', '--json', '--namespace', 'petrel'],
    ['lag', '--json'],
  ],
] as const)('in the pod %j is %j', ([outside, inside]) => {
  expect(withoutNamespace(outside)).toEqual(inside)
})
