/** The numbers at the top of the page. */
export interface Summary {
  readonly unresolved: number
  /** Messages that wait for a delayed retry. */
  readonly waitingForRetry: number
  readonly oldestFailure: Date | null
  readonly replaysRunning: readonly {
    readonly replayId: string
    readonly total: number
    readonly sent: number
    readonly resolved: number
    readonly failed: number
  }[]
  readonly endpoints: number
  /** Endpoints of which nothing is heard. */
  readonly silent: number
  /** Endpoints that handle one message at a time. */
  readonly outageGuards: readonly string[]
  /** Whether faults can be switched on here. */
  readonly breakIt: boolean
}
