import { tracingSettings } from '@petrel/messaging'
import { databaseSettings, fromEnvironment, httpAddress, tlsSettings } from '@petrel/messaging/connections'
import { z } from 'zod'

const own = z.object({
  CLIENT_UI_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  /** How long connections are let go, when the service ends; longer than idle ones are kept (5 s), and none is cut off in use. */
  CLIENT_UI_DRAIN_MS: z.coerce.number().int().min(0).default(1_000),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Where the customers' mails are shown. */
  MAILBOX_URL: httpAddress.default('http://localhost:8025'),
  /** Where this service asks the payment gateway what was charged. Orders do not need it. */
  PAYMENT_GATEWAY_URL: httpAddress.default('http://localhost:8070'),
  /** Where a browser finds the gateway's page, when that is another address: in a cluster, say. */
  PAYMENT_GATEWAY_PAGE_URL: httpAddress.optional(),
  /** Where people see what failed, and the conversation of an order: an address as a browser sees it. */
  CONSOLE_URL: httpAddress.default('http://localhost:8090'),
  /** Set by `npm start` only: where parts of the local system can be stopped and broken. */
  LOCAL_CONTROL_URL: z.url({ protocol: /^http$/ }).optional(),
  ...tracingSettings.shape,
})

/** This service's own settings. */
export const settingsSchema = own
  .and(databaseSettings)
  .and(fromEnvironment((variables) => ({ paymentGatewayTls: tlsSettings(variables, 'PAYMENT_GATEWAY_SSL') })))
