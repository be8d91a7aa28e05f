import type { FaultName } from '../targets.ts'

/** Which customers come, how many, what goes wrong meanwhile, and what must hold nevertheless. */
export interface Campaign {
  readonly name: string
  /** What one learns from it, in a sentence. */
  readonly question: string
  readonly phases: readonly Phase[]
  /** People who only read, a second, from the first phase until nothing waits. */
  readonly bystandersPerSecond: number
  /** What the payment gateway takes, a second, from the beginning; null for as many as come. */
  readonly gatewayPerSecond: number | null
  readonly events: readonly CampaignEvent[]
  /** Whether customers whose order was refused, or had no answer, send it again under the same key. Otherwise they go away. */
  readonly triesAgain?: boolean
  readonly expectations: readonly Expectation[]
  /** Whether it ends with the first phase in which customers waited, were refused, or did not come as planned. */
  readonly endsWhenBroken?: boolean
}

/** Customers who order, so many a second: from the one number to the other, in a straight line. */
export interface Phase {
  readonly name: string
  readonly seconds: number
  readonly from: number
  readonly to: number
}

export interface CampaignEvent {
  readonly phase: string
  /** After the beginning of the phase. */
  readonly afterSeconds: number
  /** What people read in the report: `billing is killed`. */
  readonly says: string
  readonly does: FaultName | { readonly gatewayPerSecond: number | null }
}

/** A threshold of k6, and what it means. */
export interface Expectation {
  readonly says: string
  /** With tags, as k6 writes it: `http_req_duration{who:customer}`. */
  readonly metric: string
  /** `p(95)<300` */
  readonly threshold: string
  readonly unit: Unit
}

export type Unit = 'ms' | 's' | 'share' | 'orders' | 'messages' | 'rows' | 'count' | 'times'

/** Rates of the campaign; what a person can say on the command line. */
export interface Load {
  /** Orders a second at the height of the blast. */
  readonly rate: number
  /** Orders a second before and after it. */
  readonly calm: number
  /** How long the height lasts. */
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly tailSeconds: number
  readonly gatewayPerSecond: number | null
  readonly bystandersPerSecond: number
}
