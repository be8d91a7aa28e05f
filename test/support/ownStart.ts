import { freePorts } from '../../deploy/local/stack/ports.ts'

export const portVariables = [
  'CLIENT_UI_PORT',
  'PAYMENT_GATEWAY_PORT',
  'LOYALTY_PORT',
  'CONSOLE_PORT',
  'MAILBOX_PORT',
  'SMTP_PORT',
  'KAFKA_PORT',
  'KAFKA_CONTROLLER_PORT',
  'REGISTRY_PORT',
  'POSTGRES_PORT',
  'PROMETHEUS_PORT',
  'WATCH_PORT',
] as const

/** The environment of an `npm start` that meets no other: on free ports, with its data in a folder of its own. */
export async function ownStartEnvironment(folder: string): Promise<Record<string, string | undefined>> {
  const ports = await freePorts(portVariables.length)
  const chosen = Object.fromEntries(portVariables.map((name, index) => [name, String(ports[index])]))
  return { ...process.env, ...chosen, PETREL_SYSTEM_FOLDER: folder }
}
