/** Something that happened to an order, under the name that the real shop has for it. */
export interface Step {
  readonly type: string
  readonly at: string
  readonly detail: object | null
}

export interface Outcome {
  readonly status: 'shipped' | 'declined' | 'rejected' | 'failed'
  readonly totalCents: number
  readonly history: readonly Step[]
}

/** What has to be taken back of an order that came to nothing. */
export type Debt = 'reservation' | 'payment'

export interface Decision {
  readonly outcome: Outcome
  readonly debts: readonly Debt[]
}

export const step = (type: string, detail: object | null = null): Step => ({ type, at: new Date().toISOString(), detail })

export const failedOutcome = (totalCents: number): Outcome => ({
  status: 'failed',
  totalCents,
  history: [step('OrderPlaced'), step('OrderFailed')],
})
