import { type Endpoint, readSettings, type Service, start } from '@petrel/messaging'
import { deployAll } from '@petrel/messaging/operations'
import { ROOT } from '../../deploy/local/folders.ts'
import { loadServices } from '../../packages/cli/src/services.ts'
import { infrastructureOf } from './infrastructure.ts'
import type { TestSystem } from './stack.ts'

/** Deploys billing, and sales, whose messages it hears. @returns the customer, who asks billing for something */
export async function deployBilling(system: TestSystem, customer: Endpoint): Promise<Service> {
  const infrastructure = infrastructureOf(system)
  const services = await loadServices(ROOT, ['sales', 'billing'])
  const deployments = [...services, { name: customer.name, endpoint: customer, migrations: undefined }].map(
    async ({ name, endpoint: deployed, migrations }) => ({
      endpoint: deployed,
      database: { url: await system.createDatabase(name), migrations },
    }),
  )
  await deployAll(await Promise.all(deployments), infrastructure)
  await infrastructure.broker.close()
  return start(customer, readSettings({ ...(await system.env(customer.name)), LOG_LEVEL: 'silent' }))
}
