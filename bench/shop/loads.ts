import { atRate, blast, oneAlone, type Placing, sideBySide } from './placing.ts'

/** A number of orders, placed in some way. */
export interface Load {
  readonly name: string
  readonly place: Placing
}

export interface LoadSizes {
  /** Of the blast; the other loads have a share of it that takes about as long. */
  readonly orders: number
  /** Orders a second of the open rate, and for how many seconds. */
  readonly rate: number
  readonly seconds: number
}

/** Every way in which orders come, by the name that a person gives it at the command line. */
export const loadsOf = ({ orders, rate, seconds }: LoadSizes): Readonly<Record<string, Load>> => ({
  alone: { name: 'one alone', place: oneAlone(100) },
  2: { name: '2 side by side', place: sideBySide(2, Math.ceil(orders / 10)) },
  20: { name: '20 side by side', place: sideBySide(20, Math.ceil(orders / 2)) },
  200: { name: '200 side by side', place: sideBySide(200, orders) },
  rate: { name: `${rate} a second`, place: atRate(rate, rate * seconds) },
  blast: { name: 'all at once', place: blast(orders) },
})
