/** The same items, of which the first has been fetched: what goes wrong at the beginning is an answer, and not one that breaks off. */
export async function begun<T>(items: AsyncGenerator<T>): Promise<AsyncIterable<T>> {
  const first = await items.next()
  return rest(first, items)
}

async function* rest<T>(first: IteratorResult<T, unknown>, items: AsyncGenerator<T>): AsyncGenerator<T> {
  if (first.done === true) return
  yield first.value
  yield* items
}
