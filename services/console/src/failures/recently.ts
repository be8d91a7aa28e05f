/**
 * Remembers what was made of the keys that came lately, at most of twice as many. What comes again and again stays, whatever
 * comes once in between.
 */
export function recently<V>(most: number, make: (key: string) => V): (key: string) => V {
  let young = new Map<string, V>()
  let old = young
  return (key) => {
    const known = young.get(key)
    if (known !== undefined) return known
    const value = old.get(key) ?? make(key)
    if (young.size >= most) {
      old = young
      young = new Map()
    }
    young.set(key, value)
    return value
  }
}
