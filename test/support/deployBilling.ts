import { type Endpoint, readSettings, type Service, start } from '@petrel/messaging'
import { confluentRegistry, deployAll, kafkajsBroker, silentLog } from '@petrel/messaging/operations'
import { ROOT } from '../../deploy/local/folders.ts'
import { loadServices } from '../../packages/cli/src/services.ts'
import type { TestSystem } from './stack.ts'

/** Deploys billing, and sales, whose messages it hears. @returns the customer, who asks billing for something */
export async function deployBilling(system: TestSystem, customer: Endpoint): Promise<Service> {
  const broker = kafkajsBroker({ brokers: system.addresses.kafkaBrokers.split(','), clientId: 'test', log: silentLog })
  const services = await loadServices(ROOT, ['sales', 'billing'])
  const deployments = [...services, { name: customer.name, endpoint: customer, migrations: undefined }].map(
    async ({ name, endpoint: deployed, migrations }) => ({
      endpoint: deployed,
      database: { url: await system.createDatabase(name), migrations },
    }),
  )
  const registry = confluentRegistry({ url: system.addresses.registryUrl })
  await deployAll(await Promise.all(deployments), { admin: broker.admin, registry, prefix: system.prefix })
  await broker.close()
  return start(customer, readSettings({ ...(await system.env(customer.name)), LOG_LEVEL: 'silent' }))
}
