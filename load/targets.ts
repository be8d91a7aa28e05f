/**
 * What a campaign is run against. The shop is one, the house of cards is another: the same customers come to both, over the
 * same HTTP, and each opens its own books afterwards.
 */
export interface Target {
  /** As reports name it: `petrel`. */
  readonly name: string
  readonly customers: CustomerSide
  /** Of the Prometheus that watches it, if there is one: k6 sends there what it measures. */
  readonly prometheusUrl?: string
  /** Has that Prometheus read the campaign's phases at this address, while it runs. */
  readonly announce?: (url: string) => Promise<AsyncDisposable>
  /** What can be seen from outside at this moment; asked once a second while a campaign runs. */
  watch(): Promise<Watched>
  /** What became of the orders of these customers, from the books of each service. */
  books(customers: Customers): Promise<Books>
  /** How many charges a second the payment gateway takes; null for as many as come. */
  limitGateway(perSecond: number | null): Promise<void>
  readonly faults: Faults
  [Symbol.asyncDispose](): Promise<void>
}

/** Those of one campaign; others may order meanwhile. */
export interface Customers {
  /** Their ids begin with it: letters and digits. */
  readonly named: string
  /** The first of them came later. */
  readonly since: Date
}

/**
 * How customers order, the same everywhere:
 *
 *     GET  /                  the page that bystanders open
 *     GET  /api/catalogue     [{ sku, available }]
 *     POST /api/orders        { customerId, email, lines: [{ sku, quantity }] }; 2xx and { orderId } when it is accepted
 *     GET  /api/orders/{id}   2xx and what became of it; 404 while it is too early to say
 */
export interface CustomerSide {
  /** Where the page is: `http://127.0.0.1:8080`. */
  readonly url: string
  /** Whether each order has an Idempotency-Key, so that sending it again is not ordering again. */
  readonly hasKeys: boolean
}

/** Undefined is what cannot be seen here; it is no zero. */
export interface Watched {
  /** Orders that wait for billing: in topics, and postponed. */
  readonly waitingForBilling: number | undefined
  /** Everything that waits anywhere. A campaign is over when this is 0. */
  readonly waiting: number | undefined
  /** How long the oldest of it has waited. */
  readonly oldestSeconds: number | undefined
  /** Processes of billing. */
  readonly replicas: number | undefined
  /** What waits for a person. */
  readonly deadLetters: number | undefined
  /** Of all processes together. */
  readonly memoryBytes: number | undefined
  /** Handled messages that the inboxes of all services remember. */
  readonly inboxRows: number | undefined
}

/** One line for each effect: an order that was charged twice is there twice. */
export interface Books {
  readonly accepted: readonly Entry[]
  readonly billed: readonly Entry[]
  /** At the payment gateway, whatever billing believes. */
  readonly charged: readonly Entry[]
  readonly shipped: readonly Entry[]
  readonly mailed: readonly Entry[]
  readonly points: readonly Entry[]
}

export interface Entry {
  readonly orderId: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** What can go wrong on purpose. What a target does not have (a house of cards has no broker) is left out. */
export type Faults = Readonly<Partial<Record<FaultName, () => Promise<void>>>>

export type FaultName =
  | 'breakSales'
  | 'mendSales'
  /** Sends back what failed for good. */
  | 'replaySales'
  /** SIGKILL to one process; whoever supervises it starts it again. */
  | 'killBilling'
  | 'restartBroker'
  /** One that hears and is not needed by any other: loyalty. */
  | 'stopSubscriber'
  /** It hears the past first, and then the present. */
  | 'addSubscriber'
  /** Three replicas of the page, and of nothing else. */
  | 'scaleFront'
  /** It has as many again as it needs. */
  | 'giveFrontBack'
