import { join } from 'node:path'
import { freePorts } from '../../deploy/local/stack/ports.ts'
import { everybody, type ProcessName } from './names.ts'

export type Ports = Readonly<Record<ProcessName | 'smtp', number>>

/** Free ports for all that are not chosen. */
export async function choosePorts(chosen: Partial<Ports>): Promise<Ports> {
  const names = [...everybody, 'smtp'] as const
  const free = await freePorts(names.length)
  return Object.fromEntries(names.map((name, index) => [name, chosen[name] ?? free[index]])) as unknown as Ports
}

export const urlAt = (port: number): string => `http://127.0.0.1:${port}`

interface Surroundings {
  readonly ports: Ports
  readonly databases: ReadonlyMap<ProcessName, string>
  /** Where switches for faults and mails are. */
  readonly folder: string
  readonly hasKeys: boolean
}

/** While it exists, the service fails with its content. */
export const faultFileIn = (folder: string, name: ProcessName): string => join(folder, `${name}.fault`)

/** All that a process reads from its environment. */
export function environmentOf(name: ProcessName, { ports, databases, folder, hasKeys }: Surroundings): Record<string, string> {
  const database = databases.get(name)
  return {
    PORT: String(ports[name]),
    ...(database !== undefined && { DATABASE_URL: database }),
    FAULT_FILE: faultFileIn(folder, name),
    IDEMPOTENCY_KEYS: hasKeys ? 'on' : 'off',
    SALES_URL: urlAt(ports.sales),
    BILLING_URL: urlAt(ports.billing),
    STOCK_URL: urlAt(ports.stock),
    LOYALTY_URL: urlAt(ports.loyalty),
    SHIPPING_URL: urlAt(ports.shipping),
    EMAIL_URL: urlAt(ports.email),
    PAYMENT_GATEWAY_URL: urlAt(ports['payment-gateway']),
    PAYMENT_GATEWAY_PORT: String(ports['payment-gateway']),
    CLIENT_UI_PORT: String(ports['client-ui']),
    MAILBOX_PORT: String(ports.mailbox),
    MAILBOX_DATA: join(folder, 'mails'),
    SMTP_PORT: String(ports.smtp),
    SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
  }
}
