import { type Broker, kafkajsBroker, silentLog } from '@petrel/messaging/operations'
import { testSystem, type TestSystem } from '../../../../test/support/stack.ts'

export interface SystemOfSales {
  readonly system: TestSystem
  /** To look into it. */
  readonly broker: Broker
  /** What `petrel` is told about sales. */
  readonly env: Record<string, string>
  readonly close: () => Promise<void>
}

/** A system of a test's own on the real stack, for commands about sales. */
export async function systemOfSales(): Promise<SystemOfSales> {
  const system = await testSystem()
  const broker = kafkajsBroker({ brokers: system.addresses.kafkaBrokers.split(','), clientId: 'test', log: silentLog })
  return {
    system,
    broker,
    env: await system.env('sales'),
    async close() {
      await broker.close()
      await system.cleanup()
    },
  }
}
