import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

interface Entry {
  readonly type: string
  readonly at: string
  readonly detail?: object
}
interface View {
  readonly steps: readonly { readonly key: string; readonly state: string }[]
  readonly waitingFor: readonly string[]
  readonly stuckIn: readonly string[]
  readonly isLate: boolean
  readonly settled: boolean
}
interface Order {
  readonly history: readonly Entry[]
  readonly acceptedAt?: string
}

// What the browser runs is plain JavaScript, without types.
const file = pathToFileURL(join(import.meta.dirname, '../../public/js/steps.js')).href
const { stepsOf, verdict, needsPerson } = (await import(file)) as {
  readonly stepsOf: (order: Order, more?: { now?: number; answered?: Readonly<Record<string, string>> }) => View
  readonly verdict: (view: View, status: string) => { readonly kind: string; readonly text: string }
  readonly needsPerson: (view: View, status: string) => boolean
}

const at = '2026-03-01T10:00:00.000Z'
const later = (seconds: number) => Date.parse(at) + seconds * 1_000
const of = (...types: string[]): Order => ({ acceptedAt: at, history: types.map((type) => ({ type, at })) })
const signs: Readonly<Record<string, string>> = {
  done: '#',
  now: '.',
  late: '!',
  stuck: '?',
  failed: 'x',
  undone: '<',
  skipped: '-',
  idle: ' ',
}
/** The six steps as six signs: accepted, placed, billed, reserved, shipped, mailed and points. */
const drawn = (view: View) => view.steps.map(({ state }) => signs[state]).join('')

const table: readonly [drawn: string, settled: boolean, ...types: string[]][] = [
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
  ['##-.-.', false, 'OrderPlaced', 'OrderCancelled', 'PaymentCancelled'],
  ['##-<-#', true, 'OrderPlaced', 'OrderCancelled', 'PaymentCancelled', 'StockReserved', 'StockReleased', 'CustomerNotified'],
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
  test.each(table.map(([signsOfSteps, settled, ...types]) => ({ signsOfSteps, settled, types })))(
    'are [$signsOfSteps] after $types',
    ({ signsOfSteps, settled, types }) => {
      for (const order of [of(...types), of(...types.toReversed()), of(...types, ...types)]) {
        expect(drawn(stepsOf(order))).toBe(signsOfSteps)
        expect(stepsOf(order).settled).toBe(settled)
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
  ] as [string[], ...string[]][])('wait for %j when nothing new came for a while', (services, ...types) => {
    expect(stepsOf(of(...types), { now: later(1.5) }).waitingFor).toEqual(services)
    expect(stepsOf(of(...types), { now: later(1.4) }).waitingFor).toEqual([])
  })

  test('are over for an order that was cancelled before it was placed', () => {
    const order = { acceptedAt: at, history: [{ type: 'OrderCancelled', at, detail: { wasPlaced: false } }] }
    expect(drawn(stepsOf(order))).toBe('#-----')
    expect(stepsOf(order).settled).toBe(true)
  })
})

const answered = (service: string, seconds: number) => ({ [service]: new Date(later(seconds)).toISOString() })

describe('an order that waits', () => {
  test('is late 30 seconds after it was accepted, also when no service has it yet', () => {
    expect(stepsOf(of(), { now: later(29) }).isLate).toBe(false)
    const view = stepsOf(of(), { now: later(30) })
    expect(view).toMatchObject({ isLate: true, waitingFor: ['sales'], stuckIn: [] })
    expect(verdict(view, 'accepted')).toMatchObject({ kind: 'wait', text: 'delayed' })
    expect(needsPerson(view, 'accepted')).toBe(true)
  })

  test('is stuck when its service has answered an order that came much later', () => {
    const view = stepsOf(of(), { now: later(45), answered: answered('sales', 25) })
    expect(drawn(view)).toBe('#?    ')
    expect(verdict(view, 'accepted')).toMatchObject({ kind: 'fail', text: 'stuck in sales' })
  })

  test.each([
    ['another service has', answered('billing', 40)],
    ['the later one came so soon that this one may still be tried again', answered('sales', 19)],
    ['nobody has answered anything', {}],
  ])('is not called stuck when %s', (_, otherOrders) => {
    expect(stepsOf(of(), { now: later(45), answered: otherOrders }).stuckIn).toEqual([])
  })

  test('of two services that are waited for only one may be stuck', () => {
    const view = stepsOf(of('OrderPlaced'), { now: later(45), answered: answered('billing', 25) })
    expect(drawn(view)).toBe('##?!  ')
    expect(view).toMatchObject({ waitingFor: ['billing', 'stock'], stuckIn: ['billing'] })
  })

  test('for its mail, and was shipped, is no late order', () => {
    const view = stepsOf(of('OrderPlaced', 'OrderBilled', 'StockReserved', 'OrderShipped', 'PointsAwarded'), { now: later(45) })
    expect(verdict(view, 'shipped')).toMatchObject({ text: 'waiting for email' })
    expect(needsPerson(view, 'shipped')).toBe(false)
  })
})

test.each([
  ['cancelled', '', 'cancelled', 'OrderPlaced', 'OrderBilled', 'OrderCancelled', 'OrderRefunded'],
  ['declined', 'fail', 'payment declined', 'OrderPlaced', 'PaymentDeclined'],
  ['refunded', 'fail', 'refunded', 'OrderPlaced', 'StockReservationRejected', 'OrderRefunded'],
])('an order that is %s has a sign of the kind "%s" and the words "%s"', (status, kind, text, ...types) => {
  expect(verdict(stepsOf(of(...types)), status)).toMatchObject({ kind, text })
})
