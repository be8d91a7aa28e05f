import { parseArgs } from 'node:util'
import { observePorts } from '../observe/observe.ts'
import { DATA, JARS, LOGS, SECURE_DATA } from '../folders.ts'
import { Problem } from '../problem.ts'
import { allServices, assertService } from '../processes/serviceProcess.ts'
import type { Settings } from '../settings.ts'
import { PETREL } from '../shop/connections.ts'
import type { ServicePorts } from '../shop/serviceEnvironment.ts'
import type { PortUse } from '../stack/ports.ts'
import type { StackOptions } from '../stack/stack.ts'

/** What a person wants of this start. */
export interface StartOptions {
  /** Services that are left out. */
  readonly without: readonly string[]
  /** Whether Prometheus watches. */
  readonly observe: boolean
  /** Whether all doors of the stack are closed. */
  readonly secure: boolean
}

/** `npm start -- --observe --secure --without billing,loyalty`. @throws Problem when there is no such option or service */
export function readOptions(): StartOptions {
  const { without: lists, observe, secure } = parsedArguments()
  const without = lists.flatMap((list) => list.split(','))
  without.forEach(assertService)
  return { without, observe, secure }
}

function parsedArguments() {
  try {
    const flag = { type: 'boolean', default: false } as const
    const without = { type: 'string', multiple: true, default: [] as string[] } as const
    return parseArgs({ options: { without, observe: flag, secure: flag } }).values
  } catch (error) {
    throw new Problem(`${(error as Error).message}\nFor example: npm start -- --without billing`, { cause: error })
  }
}

/** Of what will run. */
export function portsToListenOn(settings: Settings, { without, observe }: StartOptions): PortUse[] {
  const all = [
    { port: settings.CLIENT_UI_PORT, what: 'the shop', variable: 'CLIENT_UI_PORT', service: 'client-ui' },
    {
      port: settings.PAYMENT_GATEWAY_PORT,
      what: 'payment gateway',
      variable: 'PAYMENT_GATEWAY_PORT',
      service: 'payment-gateway',
    },
    { port: settings.LOYALTY_PORT, what: 'loyalty', variable: 'LOYALTY_PORT', service: 'loyalty' },
    { port: settings.CONSOLE_PORT, what: 'the console', variable: 'CONSOLE_PORT', service: 'console' },
    { port: settings.MAILBOX_PORT, what: 'mailbox', variable: 'MAILBOX_PORT', service: 'mailbox' },
    { port: settings.SMTP_PORT, what: "the mailbox's SMTP", variable: 'SMTP_PORT', service: 'mailbox' },
  ]
  return [...all.filter(({ service }) => !without.includes(service)), ...(observe ? observePorts(settings) : [])]
}

export function portsOf(settings: Settings): ServicePorts {
  return {
    clientUi: settings.CLIENT_UI_PORT,
    paymentGateway: settings.PAYMENT_GATEWAY_PORT,
    loyalty: settings.LOYALTY_PORT,
    console: settings.CONSOLE_PORT,
    mailbox: settings.MAILBOX_PORT,
    smtp: settings.SMTP_PORT,
  }
}

/** Where everything is kept that must survive a restart. */
export const dataFolder = ({ secure }: Pick<StartOptions, 'secure'>): string => (secure ? SECURE_DATA : DATA)

/** @throws Problem when something is to be secured that is not ours */
export function stackOptions(settings: Settings, options: Pick<StartOptions, 'secure'>): Omit<StackOptions, 'log'> {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL } = settings
  if (options.secure && (KAFKA_BROKERS ?? SCHEMA_REGISTRY_URL ?? DATABASE_URL) !== undefined)
    throw new Problem(
      '--secure closes the doors of the servers that npm start brings. Leave out KAFKA_BROKERS, SCHEMA_REGISTRY_URL and DATABASE_URL.',
    )
  return {
    dataDir: dataFolder(options),
    users: options.secure ? [...allServices(), PETREL] : undefined,
    jarsDir: JARS,
    logsDir: LOGS,
    ports: {
      kafka: settings.KAFKA_PORT,
      kafkaController: settings.KAFKA_CONTROLLER_PORT,
      registry: settings.REGISTRY_PORT,
      postgres: settings.POSTGRES_PORT,
    },
    elsewhere: {
      kafkaBrokers: settings.KAFKA_BROKERS,
      registryUrl: settings.SCHEMA_REGISTRY_URL,
      databaseUrl: settings.DATABASE_URL,
      connections: settings.connections,
    },
  }
}
