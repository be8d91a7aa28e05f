import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { addressTable } from './addressTable.ts'
import { writeEnvironmentFile } from './environmentFile.ts'
import { DATA, JARS, LOGS, START_PID } from './folders.ts'
import { startMailbox } from './mailbox/mailbox.ts'
import type { ServicePorts } from './environment.ts'
import { claim, release } from './pidFile.ts'
import { assertPortsFree } from './ports.ts'
import { Problem, type Log } from './problem.ts'
import { seed, shopkeeper } from './seed.ts'
import { allServices, assertService, compileServices } from './serviceProcess.ts'
import { readSettings, type Settings } from './settings.ts'
import { deployShop, environmentOf, makeDatabases } from './shop.ts'
import { type StackOptions, startStack } from './stack.ts'
import { supervisor } from './supervisor.ts'
import { untilToldToStop } from './untilToldToStop.ts'

// `npm start`: the whole system, until Ctrl-C.
const log: Log = (line) => console.log(line)
const stopping: (() => Promise<void>)[] = []
const end = untilToldToStop()

try {
  await start()
  await end.requested
} catch (error) {
  if (!end.isRequested()) {
    console.error(error instanceof Problem ? `\n${error.message}` : error)
    process.exitCode = 1
  }
} finally {
  await stopAll()
  // Whatever is still open (a request to a registry that is gone) has nobody left to wait for it.
  process.exit()
}

/** Started first, stopped last: what it needs is pushed before it. */
async function start(): Promise<void> {
  const began = performance.now()
  const { without } = readArguments()
  const settings = readSettings(process.env)
  claimStart()
  await assertPortsFree(servicePorts(settings, without))
  const [stack] = await Promise.all([startStack(stackOptions(settings)), compileServices()])
  stopping.push(() => stack.stop())
  const mailbox = await startMailbox({
    dataDir: join(DATA, 'mailbox'),
    smtpPort: settings.SMTP_PORT,
    httpPort: settings.MAILBOX_PORT,
  })
  stopping.push(() => mailbox.stop())
  end.check()

  log('Preparing databases, topics and schemas …')
  const databases = await makeDatabases(stack.databaseUrl)
  await deployShop(stack, databases)
  const environment = environmentOf(stack, databases, portsOf(settings))
  await writeEnvironmentFile(environment)
  end.check()

  const wanted = allServices().filter((service) => !without.includes(service))
  log(`Starting ${wanted.join(', ')} …`)
  const services = supervisor(log)
  stopping.push(() => services.stop())
  await Promise.all([
    ...wanted.map((service) => services.run(service, environment.services[service] ?? {})),
    seed(environment.services[shopkeeper.name] ?? {}),
  ])
  end.check()
  log(addressTable(settings, stack, without))
  log(`Up after ${((performance.now() - began) / 1000).toFixed(1)} s. Logs: .local/logs. Stop with Ctrl-C.`)
}

function readArguments(): { without: string[] } {
  const without = parsedArguments().flatMap((list) => list.split(','))
  without.forEach(assertService)
  return { without }
}

function parsedArguments(): string[] {
  try {
    return parseArgs({ options: { without: { type: 'string', multiple: true, default: [] } } }).values.without
  } catch (error) {
    throw new Problem(`${(error as Error).message}\nFor example: npm start -- --without billing`, { cause: error })
  }
}

function claimStart(): void {
  const holder = claim(START_PID)
  if (holder !== undefined)
    throw new Problem(
      `Petrel already runs here (process ${holder}). Use that one, or stop it first: Ctrl-C in its terminal, or kill ${holder}.`,
    )
  stopping.push(async () => release(START_PID))
}

function servicePorts(settings: Settings, without: readonly string[]) {
  const all = [
    { port: settings.CLIENT_UI_PORT, what: 'the shop', variable: 'CLIENT_UI_PORT', service: 'client-ui' },
    {
      port: settings.PAYMENT_GATEWAY_PORT,
      what: 'payment gateway',
      variable: 'PAYMENT_GATEWAY_PORT',
      service: 'payment-gateway',
    },
    { port: settings.LOYALTY_PORT, what: 'loyalty', variable: 'LOYALTY_PORT', service: 'loyalty' },
    { port: settings.MAILBOX_PORT, what: 'mailbox', variable: 'MAILBOX_PORT', service: undefined },
    { port: settings.SMTP_PORT, what: "the mailbox's SMTP", variable: 'SMTP_PORT', service: undefined },
  ]
  return all.filter(({ service }) => service === undefined || !without.includes(service))
}

function portsOf(settings: Settings): ServicePorts {
  return {
    clientUi: settings.CLIENT_UI_PORT,
    paymentGateway: settings.PAYMENT_GATEWAY_PORT,
    loyalty: settings.LOYALTY_PORT,
    mailbox: settings.MAILBOX_PORT,
    smtp: settings.SMTP_PORT,
  }
}

function stackOptions(settings: Settings): StackOptions {
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
    log,
  }
}

async function stopAll(): Promise<void> {
  if (stopping.length > 1) log('\nStopping …')
  for (const stop of stopping.toReversed()) await stop().catch((error: unknown) => console.error(error))
}
