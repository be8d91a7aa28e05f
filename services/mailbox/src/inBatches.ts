interface Waiting<Item> {
  readonly item: Item
  readonly done: PromiseWithResolvers<void>
}

/**
 * Hands items over one batch after the other: what comes while one is written goes with the next.
 * @param write returns how many of the items it has taken, from the first
 * @returns what resolves when its item is written
 */
export function inBatches<Item>(write: (items: readonly Item[]) => Promise<number>): (item: Item) => Promise<void> {
  const queue: Waiting<Item>[] = []
  let isWriting = false

  const writeSome = async () => {
    const some = [...queue]
    try {
      const taken = await write(some.map(({ item }) => item))
      for (const { done } of queue.splice(0, taken)) done.resolve()
    } catch (error) {
      for (const { done } of queue.splice(0, some.length)) done.reject(error)
    }
  }
  const writeAll = async () => {
    isWriting = true
    while (queue.length > 0) await writeSome()
    isWriting = false
  }
  return (item) => {
    const done = Promise.withResolvers<void>()
    queue.push({ item, done })
    if (!isWriting) void writeAll()
    return done.promise
  }
}
