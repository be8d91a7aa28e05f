/**
 * Chains (keys or sagas) with a handler whose time is over and that has not ended. Until it ends, no other message of the
 * chain is handled in this process. Other processes do not know of it.
 */
export class BusyChains {
  readonly #busy = new Map<string, number>()

  has(chain: string): boolean {
    return this.#busy.has(chain)
  }

  get size(): number {
    return this.#busy.size
  }

  /** The chain is busy until the handler returns or throws. */
  add(chain: string, ends: Promise<unknown>): void {
    this.#busy.set(chain, (this.#busy.get(chain) ?? 0) + 1)
    const free = () => {
      const left = (this.#busy.get(chain) ?? 1) - 1
      if (left === 0) this.#busy.delete(chain)
      else this.#busy.set(chain, left)
    }
    ends.then(free, free)
  }
}
