/**
 * Finds the items to blame when several were refused together, by halving. The other items are handled, in their order.
 * @param handle handles a half; it calls `bisect` again when that half is refused, too
 * @param alone gets an item that was refused on its own
 */
export async function bisect<T>(
  refused: readonly T[],
  handle: (half: readonly T[]) => Promise<void>,
  alone: (item: T) => Promise<void>,
): Promise<void> {
  const [only] = refused
  if (only === undefined) return
  if (refused.length === 1) return alone(only)
  const middle = Math.ceil(refused.length / 2)
  await handle(refused.slice(0, middle))
  await handle(refused.slice(middle))
}
