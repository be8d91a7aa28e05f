import type { Gateway } from '../../services/billing/src/gateway.ts'
import { isDeclined, mishap } from '../../services/payment-gateway/src/chance.ts'
import { charging, refund } from '../../services/payment-gateway/src/ledger.ts'
import { statementOf } from '../../services/payment-gateway/src/statements.ts'
import { serviceDatabase } from './serviceDatabase.ts'
import type { Charges, GatewayBehaviour } from './shop.ts'

/** The payment gateway with its own ledger, without HTTP: where a test moves time, sockets do not notice. */
export interface InProcessGateway {
  readonly gateway: Gateway
  readonly charges: (orderId: string) => Promise<Charges>
  readonly gatewayBehaves: (changes: Partial<GatewayBehaviour>) => Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export async function inProcessGateway(): Promise<InProcessGateway> {
  const database = await serviceDatabase({ name: 'payment-gateway' })
  const { pool } = database
  const charge = charging(pool)
  let behaviour: GatewayBehaviour = { declineRate: 0, failureRate: 0 }

  /** As its HTTP answers do: half of those that fail have moved the money. */
  const mayFail = async <T>(move: () => Promise<T>): Promise<T> => {
    const bad = mishap(Math.random(), behaviour.failureRate)
    const answer = bad === 'fails before' ? undefined : await move()
    if (bad !== 'none' || answer === undefined) throw new Error('The gateway stumbled.')
    return answer
  }
  return {
    gateway: {
      charge: (amount) =>
        mayFail(async () => {
          const declinedBecause = isDeclined(amount.orderId, behaviour.declineRate) ? 'insufficient funds' : null
          const answer = await charge({ key: amount.orderId, amount, declinedBecause })
          if (answer.outcome === 'other request') throw new Error(`Order ${amount.orderId} was charged another amount before.`)
          return answer
        }),
      refund: ({ orderId }) =>
        mayFail(async () => {
          const answer = await refund(pool, `${orderId}/refund`, orderId)
          if (answer.outcome !== 'refunded') throw new Error(`Order ${orderId} cannot be refunded: ${answer.outcome}.`)
          return answer
        }),
    },
    charges: async (orderId) => (await statementOf(pool, orderId)) as Charges,
    async gatewayBehaves(changes) {
      behaviour = { ...behaviour, ...changes }
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
