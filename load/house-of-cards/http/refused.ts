/** On an answer: nothing was done for this request, and nothing will be. */
export const notDoneHeader = 'x-not-done'

/** On an answer: it was tried often enough further on. Who asks again multiplies the load where it is heaviest. */
export const triedHeader = 'x-tried'

interface Refusal {
  readonly status: number
  readonly isNotDone?: boolean
  readonly isTried?: boolean
}

/** An answer that is none: the order cannot go on. Thrown wherever that is found out, by a caller as by who was called. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  /** It is certain that nothing was done. */
  readonly isNotDone: boolean
  readonly isTried: boolean

  constructor(message: string, { status, isNotDone = false, isTried = false }: Refusal, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.isNotDone = isNotDone
    this.isTried = isTried
  }
}

/** Whether what was asked may have happened, although nobody said so. */
export const mayBeDone = (error: unknown): boolean => !(error instanceof Refused && error.isNotDone)
