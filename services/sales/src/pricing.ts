import type { OrderLine, PricedLine } from '@petrel/contracts'
import { Unrecoverable } from '@petrel/messaging'

/** What sales knows of a product it offers. */
export interface Offer {
  readonly sku: string
  /** What customers call it. */
  readonly name: string
  /** Price of one piece in minor units (cents). */
  readonly unitCents: number
  /** ISO 4217, for example EUR. */
  readonly currency: string
}

export interface Price {
  readonly lines: readonly PricedLine[]
  /** In minor units (cents). */
  readonly totalCents: number
  readonly currency: string
}

/**
 * What an order costs at these offers; a product named twice becomes one line.
 * @throws Unrecoverable when the order cannot be sold as it is: no lines, no whole pieces, an unknown product, two currencies
 */
export function price(orderId: string, lines: readonly OrderLine[], offers: readonly Offer[]): Price {
  const quantities = quantityOfEach(orderId, lines)
  const unknown = [...quantities.keys()].filter((sku) => !offers.some((offer) => offer.sku === sku))
  if (unknown.length > 0)
    throw new Unrecoverable(
      `Order ${orderId} asks for ${unknown.join(', ')}, which sales does not offer. List it and replay the order.`,
    )

  const ordered = offers.filter((offer) => quantities.has(offer.sku))
  const priced = ordered.map(({ sku, name, unitCents }) => ({ sku, name, quantity: quantities.get(sku) ?? 0, unitCents }))
  return { lines: priced, totalCents: total(priced), currency: currencyOf(orderId, ordered) }
}

/** Sum of quantity times unit price, in minor units. */
const total = (lines: readonly PricedLine[]): number => lines.reduce((sum, line) => sum + line.quantity * line.unitCents, 0)

function quantityOfEach(orderId: string, lines: readonly OrderLine[]): Map<string, number> {
  if (lines.length === 0) throw new Unrecoverable(`Order ${orderId} has no lines: there is nothing to sell.`)
  const quantities = new Map<string, number>()
  for (const { sku, quantity } of lines) {
    if (!Number.isInteger(quantity) || quantity <= 0)
      throw new Unrecoverable(`Order ${orderId} asks for ${quantity} of ${sku}: a quantity is a whole number from 1.`)
    quantities.set(sku, (quantities.get(sku) ?? 0) + quantity)
  }
  return quantities
}

function currencyOf(orderId: string, offers: readonly Offer[]): string {
  const [currency = '', ...others] = new Set(offers.map((offer) => offer.currency))
  if (others.length > 0)
    throw new Unrecoverable(`Order ${orderId} mixes ${[currency, ...others].join(' and ')}: one order has one currency.`)
  return currency
}
