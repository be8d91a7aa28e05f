import { uuid7 } from '@petrel/messaging'
import type { Audit, HandledEntry } from '@petrel/messaging/operations'
import { anEntry } from '../../test/support/audits.ts'

/** Who hears what from whom in the shop. */
const heard = [
  ['sales', 'sales.PlaceOrder', 'client-ui'],
  ['billing', 'sales.OrderPlaced', 'sales'],
  ['stock', 'sales.OrderPlaced', 'sales'],
  ['shipping', 'sales.OrderPlaced', 'sales'],
  ['client-ui', 'sales.OrderPlaced', 'sales'],
  ['email', 'billing.OrderBilled', 'billing'],
  ['loyalty', 'billing.OrderBilled', 'billing'],
  ['shipping', 'billing.OrderBilled', 'billing'],
  ['client-ui', 'billing.OrderBilled', 'billing'],
  ['shipping', 'stock.StockReserved', 'stock'],
  ['client-ui', 'stock.StockReserved', 'stock'],
  ['shipping', 'shipping.ShipOrder', 'shipping'],
  ['email', 'shipping.OrderShipped', 'shipping'],
  ['client-ui', 'shipping.OrderShipped', 'shipping'],
] as const

export const endpointsOf: readonly string[] = [...new Set(heard.map(([endpoint]) => endpoint))]

const instances = new Map(endpointsOf.map((endpoint) => [endpoint, uuid7()]))
const lanes = 4
/** In a shop that is as busy as that a batch has some messages. */
const perAudit = 5
let number = 0

/** Audits of so many messages. */
export function someAudits(messages: number): Audit[] {
  return Array.from({ length: messages / perAudit }, () => {
    const [endpoint, type, source] = heard[(number += 1) % heard.length] ?? heard[0]
    const at = Date.now()
    const entries = Array.from({ length: perAudit }, () => entry(type, source, at))
    return {
      endpoint,
      instance: instances.get(endpoint) ?? '',
      at,
      lane: `${endpoint}/${number % lanes}`,
      messages: entries,
      heartbeat: null,
    }
  })
}

function entry(type: string, source: string, at: number): HandledEntry {
  const [conversationId, causationId, id] = [uuid7(), uuid7(), uuid7()]
  return anEntry({
    id,
    source,
    type,
    conversationId,
    causationId,
    traceId: conversationId.replaceAll('-', ''),
    key: conversationId,
    topic: type.toLowerCase(),
    partition: number % lanes,
    offset: number,
    handler: 'handle',
    sentAt: at - (number % 80),
    startedAt: at - 5,
    durationUs: 500 + (number % 97) * 40,
  })
}
