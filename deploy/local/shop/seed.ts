import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ListProduct, RestockProduct } from '@petrel/contracts'
import { endpoint, readSettings, start } from '@petrel/messaging'
import { DATA } from '../folders.ts'

interface Product {
  readonly sku: string
  readonly name: string
  readonly unitCents: number
  readonly quantity: number
}

/** Enough of the first ones for thousands of orders, little of others, and one that is sold out. */
const GOODS: readonly Product[] = [
  { sku: 'green-tea', name: 'Green tea, 500 g', unitCents: 350, quantity: 1_000_000 },
  { sku: 'storm-cup', name: 'Storm cup', unitCents: 990, quantity: 1_000_000 },
  { sku: 'black-tea', name: 'Black tea, 250 g', unitCents: 420, quantity: 1_000_000 },
  { sku: 'honey', name: 'Heather honey, 250 g', unitCents: 680, quantity: 250 },
  { sku: 'sou-wester-mug', name: "Sou'wester mug", unitCents: 1290, quantity: 12 },
  { sku: 'lighthouse-pot', name: 'Lighthouse pot', unitCents: 2400, quantity: 0 },
]

/** Lists products and restocks them; handles no messages. */
export const shopkeeper = endpoint({ name: 'shopkeeper', handlers: [], produces: [ListProduct, RestockProduct] })

/** Fills an empty shop, once. Sent again after a crash, the ids are the same and the services' inboxes drop the second copy. */
export async function seed(environment: Readonly<Record<string, string>>): Promise<void> {
  const mark = join(DATA, 'seeded')
  if (existsSync(mark)) return
  const keeper = await start(shopkeeper, readSettings({ ...environment, LOG_LEVEL: 'error' }))
  try {
    for (const { sku, name, unitCents, quantity } of GOODS) {
      await keeper.send(ListProduct({ sku, name, unitCents, currency: 'EUR' }), { id: idOf(`list ${sku}`) })
      if (quantity > 0) await keeper.send(RestockProduct({ sku, quantity }), { id: idOf(`restock ${sku}`) })
    }
  } finally {
    await keeper.stop()
  }
  await writeFile(mark, '')
}

/** The same UUID for the same text, in the form of version 8 (RFC 9562, 5.8). */
export function idOf(text: string): string {
  const hex = createHash('sha256').update(`petrel shopkeeper ${text}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
