import { parseArgs } from 'node:util'
import { DATA, JARS, LOGS } from '../folders.ts'
import { Problem } from '../problem.ts'
import { assertService } from '../processes/serviceProcess.ts'
import type { Settings } from '../settings.ts'
import type { ServicePorts } from '../shop/serviceEnvironment.ts'
import type { PortUse } from '../stack/ports.ts'
import type { StackOptions } from '../stack/stack.ts'

/** `npm start -- --without billing,loyalty`. @returns the services that are left out @throws Problem when there is no such option or service */
export function readWithout(): string[] {
  const without = parsedArguments().flatMap((list) => list.split(','))
  without.forEach(assertService)
  return without
}

function parsedArguments(): string[] {
  try {
    return parseArgs({ options: { without: { type: 'string', multiple: true, default: [] } } }).values.without
  } catch (error) {
    throw new Problem(`${(error as Error).message}\nFor example: npm start -- --without billing`, { cause: error })
  }
}

/** Of the services that will run. */
export function portsToListenOn(settings: Settings, without: readonly string[]): PortUse[] {
  const all = [
    { port: settings.CLIENT_UI_PORT, what: 'the shop', variable: 'CLIENT_UI_PORT', service: 'client-ui' },
    {
      port: settings.PAYMENT_GATEWAY_PORT,
      what: 'payment gateway',
      variable: 'PAYMENT_GATEWAY_PORT',
      service: 'payment-gateway',
    },
    { port: settings.LOYALTY_PORT, what: 'loyalty', variable: 'LOYALTY_PORT', service: 'loyalty' },
    { port: settings.MAILBOX_PORT, what: 'mailbox', variable: 'MAILBOX_PORT', service: 'mailbox' },
    { port: settings.SMTP_PORT, what: "the mailbox's SMTP", variable: 'SMTP_PORT', service: 'mailbox' },
  ]
  return all.filter(({ service }) => !without.includes(service))
}

export function portsOf(settings: Settings): ServicePorts {
  return {
    clientUi: settings.CLIENT_UI_PORT,
    paymentGateway: settings.PAYMENT_GATEWAY_PORT,
    loyalty: settings.LOYALTY_PORT,
    mailbox: settings.MAILBOX_PORT,
    smtp: settings.SMTP_PORT,
  }
}

export function stackOptions(settings: Settings): Omit<StackOptions, 'log'> {
  return {
    dataDir: DATA,
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
    },
  }
}
