export interface Product {
  readonly sku: string
  readonly name: string
  readonly unitCents: number
  readonly quantity: number
}

/** Enough of the first ones for thousands of orders, little of others, and one that is sold out. */
export const goods: readonly Product[] = [
  { sku: 'green-tea', name: 'Green tea, 500 g', unitCents: 350, quantity: 1_000_000 },
  { sku: 'storm-cup', name: 'Storm cup', unitCents: 990, quantity: 1_000_000 },
  { sku: 'black-tea', name: 'Black tea, 250 g', unitCents: 420, quantity: 1_000_000 },
  { sku: 'honey', name: 'Heather honey, 250 g', unitCents: 680, quantity: 250 },
  { sku: 'sou-wester-mug', name: "Sou'wester mug", unitCents: 1290, quantity: 12 },
  { sku: 'lighthouse-pot', name: 'Lighthouse pot', unitCents: 2400, quantity: 0 },
]
