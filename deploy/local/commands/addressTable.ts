import { RETENTION } from '../observe/prometheus.ts'
import type { Settings } from '../settings.ts'
import { withoutCredentials } from '../stack/elsewhere.ts'
import type { StackAddresses } from '../stack/stack.ts'
import type { StartOptions } from './startOptions.ts'

/** Everything that can be visited or connected to, a line each. */
export function addressTable(
  settings: Settings,
  { kafkaBrokers, registryUrl, databaseUrl }: StackAddresses,
  { without, observe }: StartOptions,
): string {
  const rows: { service?: string; name: string; address: string; hint: string }[] = [
    { service: 'client-ui', name: 'The shop', address: http(settings.CLIENT_UI_PORT), hint: 'place an order here' },
    { service: 'console', name: 'Console', address: http(settings.CONSOLE_PORT), hint: 'what has failed, and how to mend it' },
    {
      service: 'mailbox',
      name: 'Mailbox',
      address: http(settings.MAILBOX_PORT),
      hint: `what customers got; SMTP on ${settings.SMTP_PORT}`,
    },
    {
      service: 'payment-gateway',
      name: 'Payment gateway',
      address: http(settings.PAYMENT_GATEWAY_PORT),
      hint: 'what was charged: /charges?orderId=…',
    },
    { service: 'loyalty', name: 'Loyalty', address: http(settings.LOYALTY_PORT), hint: 'points: /customers/…/points' },
    { name: 'Kafka', address: kafkaBrokers, hint: '' },
    { name: 'Schema registry', address: registryUrl, hint: '' },
    { name: 'PostgreSQL', address: withoutCredentials(databaseUrl), hint: 'a database for each service' },
    ...(observe ? watching(settings) : []),
  ]
  const there = rows.filter(({ service }) => service === undefined || !without.includes(service))
  const lines = there.map(({ name, address, hint }) => `  ${name.padEnd(16)} ${address.padEnd(44)} ${hint}`.trimEnd())
  const missing = without.map((service) => `  ${service} was left out; start it with: npm run service ${service}`)
  return ['', ...lines, ...missing, ''].join('\n')
}

const watching = ({ WATCH_PORT, PROMETHEUS_PORT }: Settings) => [
  { name: 'Watching', address: http(WATCH_PORT), hint: 'alerts, and what is measured' },
  {
    name: 'Prometheus',
    address: http(PROMETHEUS_PORT),
    hint: `keeps ${RETENTION.time} or ${RETENTION.size}; its API, without pages`,
  },
]

const http = (port: number) => `http://localhost:${port}`
