import { milliseconds } from '@petrel/messaging/operations'
import type { Command } from 'commander'
import type { Runs } from '../commandContext.ts'
import { deployServices } from '../deployServices.ts'
import { duration } from '../durationOption.ts'
import { makeDatabaseAlone } from '../makeDatabaseAlone.ts'
import { newService } from '../new/newService.ts'
import { removeDatabaseAlone } from '../removeDatabaseAlone.ts'
import { removeEndpoint } from '../removeEndpoint.ts'
import { pointInTime, rewindEndpoint } from '../rewindEndpoint.ts'

interface Wait {
  /** Milliseconds. */
  readonly wait?: number
}

const waitHelp = 'for what is not there yet (Kafka, registry, database), or has not stopped yet; 0s at a terminal, else 60s'

/** What makes services, and what they need; and what takes it away. */
export function deployingCommands(program: Command, runs: Runs, isTerminal: boolean): void {
  // Who sits there sees what is missing, and runs it again.
  const defaultWaitMs = isTerminal ? 0 : milliseconds('60s')
  program
    .command('new')
    .argument('<name>', 'of the service, for example fraud-check')
    .description('write a service that hears events: endpoint, a handler and a test for each, table, values')
    .requiredOption('--hears <topic...>', 'topics of the events, for example billing.order-billed')
    .option('--says <event...>', 'events of its own, for example FraudSuspected; their schemas are written, too')
    .action((name: string, options: { hears: string[]; says?: string[] }) =>
      runs.alone((context) => newService(context, name, options)),
    )
  program
    .command('topology')
    .description('write everything that follows from the endpoints: values of charts, documents, manifests')
    .option('--check', 'write nothing, and fail when a file is not as it would be written')
    .option('--json', 'write nothing, and print it')
    .action((options: { check?: true; json?: true }) =>
      runs.alone(async (context) => (await import('../topologyCommand.ts')).topologyCommand(context, options)),
    )
  program
    .command('deploy')
    .argument('[service...]', 'folders of services/; all of them when none is named')
    .description('create topics, register schemas, migrate databases, set where new consumer groups begin; again changes nothing')
    .option('--wait <duration>', waitHelp, duration)
    .action((services: string[], { wait: waitMs = defaultWaitMs }: Wait) =>
      services.length === 0 && runs.isOffTheBus()
        ? runs.alone((context) => makeDatabaseAlone(context, { waitMs }))
        : runs.withKafka((context) => deployServices(context, services, { waitMs })),
    )
  program
    .command('rewind')
    .argument('<endpoint>', 'its name; it must be stopped')
    .description('let a stopped endpoint read its topics again, and say before which messages it will handle again')
    .requiredOption('--to <when>', 'beginning, a time (2026-01-31T12:00:00Z), or how long ago (3d)', (text) => pointInTime(text))
    .option('--topic <topic...>', 'only these, for example billing.order-billed')
    .option('--yes', 'do it; without, it is only said')
    .action((endpoint: string, options: { to: number; topic?: string[]; yes?: true }) =>
      runs.withKafka((context) => rewindEndpoint(context, endpoint, options)),
    )
  const remove = program
    .command('remove')
    .argument('[endpoint]', 'its name; none in the image of a service without endpoint, whose database alone goes')
    .description('delete what a stopped endpoint has in Kafka and in the registry, and its database with DATABASE_ADMIN_URL')
    .option('--wait <duration>', waitHelp, duration)
    .option('--yes', 'at a terminal: without asking back')
    .action((endpoint: string | undefined, { wait: waitMs = defaultWaitMs, yes = !isTerminal }: Wait & { yes?: boolean }) => {
      if (endpoint !== undefined) return runs.withKafka((context) => removeEndpoint(context, endpoint, { waitMs, isSure: yes }))
      if (!runs.isOffTheBus()) return remove.error("error: missing required argument 'endpoint'")
      return runs.alone((context) => removeDatabaseAlone(context, { waitMs, isSure: yes }))
    })
}
