import { createHash } from 'node:crypto'
import { ListProduct, RestockProduct } from '@petrel/contracts'
import type { Service } from '@petrel/messaging'
import { goods } from './goods.ts'

/** Sent again after a crash, the ids are the same, and the services' inboxes drop the second copy. */
export async function fillShelves(keeper: Pick<Service, 'send'>): Promise<void> {
  for (const { sku, name, unitCents, quantity } of goods) {
    await keeper.send(ListProduct({ sku, name, unitCents, currency: 'EUR' }), { id: idOf(`list ${sku}`) })
    if (quantity > 0) await keeper.send(RestockProduct({ sku, quantity }), { id: idOf(`restock ${sku}`) })
  }
}

/** The same UUID for the same text, in the form of version 8 (RFC 9562, 5.8). */
function idOf(text: string): string {
  const hex = createHash('sha256').update(`petrel shopkeeper ${text}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
