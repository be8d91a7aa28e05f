/** Numbers that were added up, for some names and a time. */
export interface Sum {
  /** Seconds since the epoch. */
  readonly at: number
  readonly names: readonly (string | number)[]
  readonly values: number[]
}

/** Adds numbers up by time and names. */
export class Sums {
  readonly #all = new Map<string, Sum>()

  add(at: number, names: Sum['names'], values: readonly number[]): void {
    const key = `${at}\n${names.join('\n')}`
    const known = this.#all.get(key)
    if (known === undefined) return void this.#all.set(key, { at, names, values: [...values] })
    for (const [index, value] of values.entries()) known.values[index] = (known.values[index] ?? 0) + value
  }

  /** The same for longer times. @param from what is older is left out, in seconds since the epoch */
  by(seconds: number, from: number): Sums {
    const sums = new Sums()
    for (const { at, names, values } of this.#all.values()) {
      const begin = Math.floor(at / seconds) * seconds
      if (begin >= from) sums.add(begin, names, values)
    }
    return sums
  }

  /** In one order, whoever asks: two who add to the same rows of a table then never wait for each other in a circle. */
  inOrder(): Sum[] {
    return [...this.#all].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, sum]) => sum)
  }
}
