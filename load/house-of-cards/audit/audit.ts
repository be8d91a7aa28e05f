import type { Entry } from '../../targets.ts'
import type { HouseBooks } from './readBooks.ts'

/** What became of the customers' orders: numbers of orders. */
export interface Audit {
  /** Told yes: shipped, or declined or rejected for a reason. */
  readonly told: { readonly yes: number; readonly no: number; readonly nothing: number }
  /** Told that it is shipped, and each effect is there once. */
  readonly inOrder: number
  /** Told that it is shipped, and this is not there. */
  readonly missing: Readonly<Record<Effect, number>>
  /** Not told yes, and charged, and not given back. */
  readonly chargedForNothing: number
  /** Not told yes, and a parcel is on its way. */
  readonly shippedForNothing: number
  /** Not told yes, and pieces lie reserved that nobody will have. */
  readonly reservedForNothing: number
  /** Whatever the customer was told. */
  readonly twice: Readonly<Record<Effect, number>>
}

const effects = ['charged', 'reserved', 'points', 'shipped', 'mailed'] as const
export type Effect = (typeof effects)[number]

export function audit(books: HouseBooks): Audit {
  const counts = ofEach((effect) => counted(books[effect]))
  const refunded = counted(books.refunded)
  const shipped = idsOf(books, ({ told, status }) => told === 'yes' && status === 'shipped')
  const notYes = idsOf(books, ({ told }) => told !== 'yes')
  const all = idsOf(books, () => true)
  const times = (effect: Effect, id: string) => counts[effect].get(id) ?? 0
  const charged = (id: string) => times('charged', id) - (refunded.get(id) ?? 0)
  return {
    told: {
      yes: idsOf(books, ({ told }) => told === 'yes').length,
      no: idsOf(books, ({ told }) => told === 'no').length,
      nothing: idsOf(books, ({ told }) => told === null).length,
    },
    inOrder: shipped.filter((id) => effects.every((effect) => times(effect, id) === 1)).length,
    missing: ofEach((effect) => shipped.filter((id) => times(effect, id) === 0).length),
    chargedForNothing: notYes.filter((id) => charged(id) > 0).length,
    shippedForNothing: notYes.filter((id) => times('shipped', id) > 0).length,
    reservedForNothing: notYes.filter((id) => times('reserved', id) > 0).length,
    twice: ofEach((effect) => all.filter((id) => times(effect, id) > 1).length),
  }
}

type Order = HouseBooks['orders'][number]

const idsOf = ({ orders }: HouseBooks, fits: (order: Order) => boolean): string[] =>
  orders.filter(fits).map(({ orderId }) => orderId)

function counted(entries: readonly Entry[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { orderId } of entries) counts.set(orderId, (counts.get(orderId) ?? 0) + 1)
  return counts
}

const ofEach = <T>(value: (effect: Effect) => T): Record<Effect, T> =>
  Object.fromEntries(effects.map((effect) => [effect, value(effect)])) as unknown as Record<Effect, T>
