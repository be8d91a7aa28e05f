import { ownSettings, run } from '@petrel/messaging'
import { fromEnvironment, httpAddress, tlsSettings } from '@petrel/messaging/connections'
import { z } from 'zod'
import { billingThrough } from './endpoint.ts'
import { gatewayAt } from './gateway.ts'
import { patient } from './patientGateway.ts'

const own = z.object({
  /** Where the payment gateway listens, for example http://127.0.0.1:8070; a user and a password in it are sent as basic auth. */
  PAYMENT_GATEWAY_URL: httpAddress,
  /** How long a charge may take before the order is postponed, in milliseconds: less than a handler may take, or it has failed. */
  PAYMENT_GATEWAY_TIMEOUT_MS: z.coerce.number().int().positive().default(5_000),
})
const tls = fromEnvironment((variables) => ({ tls: tlsSettings(variables, 'PAYMENT_GATEWAY_SSL') }))
const settings = ownSettings('billing', own.and(tls), process.env)

const gateway = patient(gatewayAt(settings.PAYMENT_GATEWAY_URL, settings.PAYMENT_GATEWAY_TIMEOUT_MS, settings.tls))
await run(billingThrough(gateway, new Date()), process.env)
