import { expect, test } from 'vitest'
import { costPlot } from './costPlot.ts'
import type { ShopFigures } from './figures.ts'

const figures = (load: string, database: number): ShopFigures => ({
  load,
  orders: 1000,
  seconds: 10,
  acceptedPerSecond: 1000,
  donePerSecond: 100,
  cpuMs: { database, broker: 2, sales: 3, 'payment-gateway': 1, mailbox: 1 },
  latencyMs: { p50: 100, p95: 200, p99: 300 },
  residentMiB: {},
  batches: [],
  statements: [],
  lockWaits: [],
})

test('each load has a bar with its cost, and what it cost in the kept run', () => {
  const svg = costPlot([figures('20 side by side', 13), figures('all at once', 3)], [figures('20 side by side', 43)])
  const texts = [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text)
  expect(texts).toEqual(expect.arrayContaining(['20 side by side', '20', 'kept: 50', 'all at once', '10']))
  expect(texts.filter((text) => text?.startsWith('kept:'))).toHaveLength(1)
})

test('a bar is as high as its parts together, each in the colour of the legend', () => {
  const svg = costPlot([figures('all at once', 3)], [])
  const bars = [...svg.matchAll(/<rect [^>]*height="([\d.]+)" fill="(#\w+)"/g)].map(([, height, colour]) => [
    colour,
    Number(height),
  ])
  const [database, broker, services, standIns] = bars.slice(4).map(([, height]) => Number(height))
  expect(new Set(bars.slice(0, 4).map(([colour]) => colour))).toEqual(new Set(bars.slice(4).map(([colour]) => colour)))
  expect((database ?? 0) / (services ?? 0)).toBeCloseTo(1, 1)
  expect((broker ?? 0) / (standIns ?? 0)).toBeCloseTo(1, 1)
})
