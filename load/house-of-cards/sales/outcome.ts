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

export const step = (type: string, detail: object | null = null): Step => ({ type, at: new Date().toISOString(), detail })
