import type { Log } from '../log.ts'

/**
 * When every message fails, something that all of them need is probably down, and many handlers side by side would only put
 * more load on it. So after a number of failures in a row an endpoint handles one message at a time, until one succeeds.
 */
export class OutageGuard {
  readonly #limit: number
  readonly #log: Log
  #failuresInARow = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(limit: number, log: Log) {
    this.#limit = limit
    this.#log = log
  }

  /** Whether messages are handled one at a time. */
  get isOn(): boolean {
    return this.#failuresInARow >= this.#limit
  }

  get failuresInARow(): number {
    return this.#failuresInARow
  }

  failed(error: unknown): void {
    this.#failuresInARow += 1
    if (this.#failuresInARow === this.#limit)
      this.#log.error(
        { err: error, failuresInARow: this.#limit },
        `outage guard on: ${this.#limit} messages in a row have failed; one at a time is handled until one succeeds`,
      )
  }

  succeeded(): void {
    if (this.isOn) this.#log.info({ failuresInARow: this.#failuresInARow }, 'outage guard off: a message has succeeded')
    this.#failuresInARow = 0
  }

  /** Runs tasks of all lanes one after the other. */
  oneAtATime<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task)
    this.#turn = turn.catch(() => {})
    return turn
  }
}
