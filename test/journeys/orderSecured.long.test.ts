import { afterAll, beforeAll } from 'vitest'
import { PETREL } from '../../deploy/local/shop/connections.ts'
import { type OwnStack, startOwnStack } from '../support/oneStack.ts'
import { openShop } from '../support/shop.ts'
import { orderJourneys } from './orderJourneys.ts'

// The same journeys where all doors are closed: Kafka and PostgreSQL with TLS and SCRAM, the registry behind TLS and a password.
let own: OwnStack
beforeAll(async () => {
  own = await startOwnStack({ users: [PETREL] })
})
afterAll(() => own.remove())

orderJourneys(() => openShop({ addresses: own.stack }))
