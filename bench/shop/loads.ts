import { atRate, blast, oneAlone, type Placing, sideBySide } from './placing.ts'

/** A number of orders, placed in some way. */
export interface Load {
  readonly name: string
  readonly place: Placing
  /** What `bench/orders.ts` is given for the same load, if it knows it. */
  readonly ordersArgs?: readonly string[]
}

export interface LoadSizes {
  /** Of the blast; the other loads have a share of it that takes about as long. */
  readonly orders: number
  /** Orders a second of the open rate, and for how many seconds. */
  readonly rate: number
  readonly seconds: number
}

/** From the least to the most at a time. */
export const loadNames = ['alone', '2', '20', '200', 'rate', 'blast']

/** Every way in which orders come, by the name that a person gives it at the command line. */
export const loadsOf = ({ orders, rate, seconds }: LoadSizes): Readonly<Record<string, Load>> => ({
  alone: { name: 'one alone', place: oneAlone(100) },
  2: someSideBySide(2, Math.ceil(orders / 10)),
  20: someSideBySide(20, Math.ceil(orders / 2)),
  200: someSideBySide(200, orders),
  rate: { name: `${rate} a second`, place: atRate(rate, rate * seconds) },
  blast: { name: 'all at once', place: blast(orders), ordersArgs: ['--orders', `${orders}`, '--blast'] },
})

const someSideBySide = (customers: number, orders: number): Load => ({
  name: `${customers} side by side`,
  place: sideBySide(customers, orders),
  ordersArgs: ['--orders', `${orders}`, '--side-by-side', `${customers}`],
})
