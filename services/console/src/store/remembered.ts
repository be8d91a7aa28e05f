/** What was read last, until it is so many milliseconds old: however many ask, it is read once. */
export function remembered<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let last: { readonly value: Promise<T>; readonly until: number } | undefined
  return () => {
    if (last === undefined || performance.now() >= last.until) {
      const value = read()
      last = { value, until: performance.now() + ms }
      // What failed is not kept.
      value.catch(() => (last = undefined))
    }
    return last.value
  }
}
