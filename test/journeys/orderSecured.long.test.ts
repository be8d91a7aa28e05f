import { afterAll, beforeAll } from 'vitest'
import { allServices } from '../../deploy/local/processes/serviceProcess.ts'
import { PETREL } from '../../deploy/local/shop/connections.ts'
import { type OwnStack, startOwnStack } from '../support/oneStack.ts'
import { openShop } from '../support/shop.ts'
import { orderJourneys } from './orderJourneys.ts'

// The same journeys where all doors are closed: Kafka and PostgreSQL with TLS and SCRAM, the registry behind TLS and a password,
// and each service allowed what its endpoint says.
let own: OwnStack
beforeAll(async () => {
  own = await startOwnStack({ users: [...allServices(), PETREL] })
})
afterAll(() => own.remove())

orderJourneys(() => openShop({ addresses: own.stack }))
