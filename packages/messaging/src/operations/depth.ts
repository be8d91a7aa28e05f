/**
 * How many messages led to a message, one after the other, as far as they are known.
 * @param causes message → the one that led to it
 * @returns the depth of a message: the same for any number of questions, however long the chain is; Infinity in a circle
 */
export function depthIn(causes: ReadonlyMap<string, string | null | undefined>): (id: string) => number {
  const known = new Map<string, number>()
  return (id) => {
    const chain = new Set<string>()
    let at: string | null | undefined = id
    while (typeof at === 'string' && causes.has(at) && !known.has(at) && !chain.has(at)) {
      chain.add(at)
      at = causes.get(at)
    }
    let depth = typeof at !== 'string' ? 0 : chain.has(at) ? Infinity : (known.get(at) ?? 0)
    for (const each of [...chain].toReversed()) known.set(each, (depth += 1))
    return known.get(id) ?? 0
  }
}
