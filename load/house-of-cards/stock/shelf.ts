/** Some pieces of a product. */
export interface Pieces {
  readonly sku: string
  readonly quantity: number
}

/** What is there of each product, while orders take from it. */
export interface Shelf {
  /** Takes all, or nothing. @returns the products of which there is not enough */
  take(lines: readonly Pieces[]): string[]
  /** How many of each were taken. */
  taken(): Pieces[]
}

export function shelfOf(available: ReadonlyMap<string, number>): Shelf {
  const taken = new Map<string, number>()
  const left = (sku: string) => (available.get(sku) ?? 0) - (taken.get(sku) ?? 0)
  return {
    take(lines) {
      const missing = lines.filter(({ sku, quantity }) => left(sku) < quantity).map(({ sku }) => sku)
      if (missing.length > 0) return missing
      for (const { sku, quantity } of lines) taken.set(sku, (taken.get(sku) ?? 0) + quantity)
      return []
    },
    taken: () => [...taken].map(([sku, quantity]) => ({ sku, quantity })),
  }
}
