import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

interface Entry {
  readonly type: string
  readonly at: string
}
interface View {
  readonly steps: readonly { readonly key: string; readonly state: string }[]
  readonly waitingFor: readonly string[]
  readonly settled: boolean
}

// What the browser runs is plain JavaScript, without types.
const file = pathToFileURL(join(import.meta.dirname, '../../public/js/steps.js')).href
const { stepsOf, patienceMs } = (await import(file)) as {
  readonly stepsOf: (history: readonly Entry[], quietMs?: number) => View
  readonly patienceMs: number
}

const at = '2026-03-01T10:00:00.000Z'
const of = (...types: string[]) => types.map((type) => ({ type, at }))
const signs: Readonly<Record<string, string>> = {
  done: '#',
  now: '.',
  late: '!',
  failed: 'x',
  undone: '<',
  skipped: '-',
  idle: ' ',
}
/** The six steps as six signs: accepted, placed, billed, reserved, shipped, mailed and points. */
const drawn = (view: View) => view.steps.map(({ state }) => signs[state]).join('')

const table: readonly [drawn: string, settled: boolean, ...heard: string[]][] = [
  ['#.    ', false],
  ['##..  ', false, 'OrderPlaced'],
  ['###. .', false, 'OrderPlaced', 'OrderBilled'],
  ['##.#  ', false, 'StockReserved'],
  ['####..', false, 'OrderPlaced', 'OrderBilled', 'StockReserved'],
  ['#####.', false, 'OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'CustomerNotified'],
  ['######', true, 'OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'CustomerNotified', 'PointsAwarded'],
  ['##x.-.', false, 'OrderPlaced', 'StockReserved', 'PaymentDeclined'],
  ['##x<-#', true, 'OrderPlaced', 'StockReserved', 'PaymentDeclined', 'StockReleased', 'CustomerNotified'],
  ['##.x- ', false, 'OrderPlaced', 'StockReservationRejected'],
  [
    '##<x-#',
    true,
    'OrderPlaced',
    'OrderBilled',
    'StockReservationRejected',
    'OrderRefunded',
    'CustomerNotified',
    'PointsAwarded',
    'PointsRevoked',
  ],
  ['##.x-.', false, 'OrderPlaced', 'OrderBilled', 'StockReservationRejected'],
  ['##..- ', false, 'OrderPlaced', 'OrderCancelled'],
  ['##.<-.', false, 'OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderCancelled', 'StockReleased'],
  ['#####.', false, 'OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'OrderCancelled'],
  [
    '##<<-#',
    true,
    'OrderPlaced',
    'OrderBilled',
    'StockReserved',
    'OrderCancelled',
    'OrderRefunded',
    'StockReleased',
    'CustomerNotified',
    'PointsRevoked',
  ],
]

describe('the steps of an order', () => {
  test.each(table.map(([signsOfSteps, settled, ...heard]) => ({ signsOfSteps, settled, heard })))(
    'are [$signsOfSteps] after $heard',
    ({ signsOfSteps, settled, heard }) => {
      for (const history of [of(...heard), of(...heard.toReversed()), of(...heard, ...heard)]) {
        expect(drawn(stepsOf(history))).toBe(signsOfSteps)
        expect(stepsOf(history).settled).toBe(settled)
      }
    },
  )

  test.each([
    [['sales']],
    [['billing', 'stock'], 'OrderPlaced'],
    [['billing'], 'OrderPlaced', 'StockReserved'],
    [['shipping', 'email', 'loyalty'], 'OrderPlaced', 'OrderBilled', 'StockReserved'],
    [['loyalty'], 'OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'CustomerNotified'],
    [['stock', 'email'], 'OrderPlaced', 'StockReserved', 'PaymentDeclined'],
    [['billing'], 'OrderPlaced', 'OrderCancelled', 'StockReserved', 'StockReleased'],
    [[], 'OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'CustomerNotified', 'PointsAwarded'],
  ] as [string[], ...string[]][])('wait for %j when nothing new came for a while', (services, ...heard) => {
    expect(stepsOf(of(...heard), patienceMs).waitingFor).toEqual(services)
    expect(stepsOf(of(...heard), patienceMs - 1).waitingFor).toEqual([])
  })
})
