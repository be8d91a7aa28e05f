/** The time of a handler is over. It may still be running. */
export class HandlerTimedOut extends Error {
  override readonly name = 'HandlerTimedOut'
}

/** The endpoint stops and cannot wait for the handler any longer: its message is given back, and has not failed. */
export class HandlerInterrupted extends Error {
  override readonly name = 'HandlerInterrupted'
}

/** A timer that is set for longer fires at once in Node (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). */
export const longestTimerMs = 2 ** 31 - 1

type Interruption = HandlerTimedOut | HandlerInterrupted

/** One run of a handler. */
export class Run {
  /** When its time is over, in milliseconds since the epoch. */
  readonly endsAt: number
  #interrupted: PromiseWithResolvers<never> | undefined
  #controller: AbortController | undefined
  #interruption: Interruption | undefined
  #isOver = false

  constructor(endsAt: number) {
    this.endsAt = endsAt
  }

  /** Created when it is first used: most handlers never use it. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#interruption !== undefined) this.#controller.abort(this.#interruption)
    return this.#controller.signal
  }

  /** Rejects when the run is interrupted. Made when first asked for: many handlers return at once. */
  get interrupted(): Promise<never> {
    this.#interrupted ??= Promise.withResolvers<never>()
    return this.#interrupted.promise
  }

  interrupt(why: Interruption): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#interruption = why
    this.#controller?.abort(why)
    this.#interrupted?.reject(why)
  }

  /** The try has ended. Whatever its handler still does is refused. */
  end(): void {
    this.#isOver = true
  }

  /** @throws Error when the run is over. @param what the call that comes too late */
  refuseIfOver(what: string): void {
    if (!this.#isOver) return
    throw this.#interruption ?? new Error(`${what} after the handler had returned: await everything that a handler begins.`)
  }
}

/** The handlers that are running in this process. Each is interrupted when its time is over. */
export class RunningHandlers {
  readonly #limitMs: number
  /** In the order in which they began, which is the order of their deadlines. */
  readonly #runs = new Set<Run>()
  #timer: NodeJS.Timeout | undefined

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  start(): Run {
    return new Run(Date.now() + this.#limitMs)
  }

  /** Waits for a handler, but not longer than its time limit. @throws what the handler throws; HandlerTimedOut, HandlerInterrupted */
  async wait<T>(run: Run, done: Promise<T>): Promise<T> {
    this.#runs.add(run)
    this.#timer ??= this.#nextTimer()
    try {
      return await Promise.race([done, run.interrupted])
    } finally {
      this.#runs.delete(run)
    }
  }

  /** Interrupts all handlers, because the endpoint stops. */
  interruptAll(): void {
    for (const run of this.#runs) run.interrupt(new HandlerInterrupted('The endpoint stops: the message will come again.'))
  }

  /** Stops the timer. Called when no handler will run any more. */
  close(): void {
    clearTimeout(this.#timer)
  }

  #interruptLate(): void {
    for (const run of this.#runs) {
      if (run.endsAt > Date.now()) break
      run.interrupt(new HandlerTimedOut(`The handler was not done within ${this.#limitMs} ms (handlerTimeLimit).`))
    }
    this.#timer = this.#nextTimer()
  }

  /** One timer for all runs: a timer for each message would be set and cleared, and would almost never fire. */
  #nextTimer(): NodeJS.Timeout | undefined {
    const [first] = this.#runs
    if (first === undefined) return undefined
    return setTimeout(() => this.#interruptLate(), Math.min(longestTimerMs, Math.max(1, first.endsAt - Date.now()))).unref()
  }
}
