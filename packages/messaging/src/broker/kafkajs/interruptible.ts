/** Work that one waits for until it is done or `interrupt` is called. The work itself goes on. */
export function interruptible<T>(resultWhenInterrupted: T) {
  const interrupts = new Set<() => void>()
  return {
    wait: (work: Promise<T>): Promise<T> => {
      const { promise: interrupted, resolve } = Promise.withResolvers<T>()
      const interrupt = () => resolve(resultWhenInterrupted)
      interrupts.add(interrupt)
      return Promise.race([work, interrupted]).finally(() => interrupts.delete(interrupt))
    },
    interrupt: () => {
      for (const interrupt of interrupts) interrupt()
    },
  }
}
