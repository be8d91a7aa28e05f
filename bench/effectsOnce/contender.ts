/** One run: how fast, and what it cost. */
export interface Result {
  readonly messages: number
  readonly perSecond: number
  /** CPU microseconds a message. */
  readonly service: number
  readonly database: number
  readonly broker: number
  readonly residentMiB: number
}

/** Somebody who does the work: takes an order once, inserts a row, says that it did. */
export interface Contender {
  readonly name: string
  /** @throws Error when an order is missing or doubled, or an event was not said */
  readonly run: (round: number) => Promise<Result>
}

/** CPU microseconds a message, of all processes. */
export const allCpu = ({ service, database, broker }: Result): number => service + database + broker

/** A run for whoever waits. */
export const says = ({ service, database, broker, perSecond }: Result): string =>
  `${service.toFixed(1)} µs of Node, ${database.toFixed(1)} of the database, ${broker.toFixed(1)} of the broker, ${Math.round(perSecond)} messages a second`
