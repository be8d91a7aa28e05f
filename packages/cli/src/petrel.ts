import { milliseconds } from '@petrel/messaging/operations'
import { Command, CommanderError } from 'commander'
import { runInCluster, withoutNamespace } from './cluster/runInCluster.ts'
import { openContext, type ProcessContext, projectContext, type Runs } from './commandContext.ts'
import { clusterCommands } from './commands/cluster.ts'
import { deployingCommands } from './commands/deploying.ts'
import { watchingCommands } from './commands/watching.ts'
import { explain } from './explain.ts'
import { screen } from './screen.ts'
import { servicesWithEndpoint } from './services.ts'

/** Done; nothing found or something failed; the command line itself is wrong. */
export const exitCode = { done: 0, failed: 1, usage: 2 } as const

/** Runs one command. @returns the exit code */
export async function petrel(args: readonly string[], context: ProcessContext): Promise<number> {
  let found = true
  const runs: Runs = {
    async withKafka(command) {
      const opened = await openContext(context)
      try {
        found = await command(opened)
      } finally {
        await opened.close()
      }
    },
    async alone(command) {
      found = await command(projectContext(context))
    },
    async inCluster(namespace) {
      found = await runInCluster(projectContext(context), namespace, withoutNamespace(args))
    },
    isOffTheBus: () => servicesWithEndpoint(projectContext(context).root).length === 0,
  }
  try {
    await commands(runs, context).parseAsync(args, { from: 'user' })
    return found ? exitCode.done : exitCode.failed
  } catch (error) {
    // Commander has already said what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage
    const err = screen(context.stderr)
    for (const line of explain(error).split('\n')) err.line(line)
    return exitCode.failed
  }
}

function commands(runs: Runs, { stdout, stderr }: ProcessContext): Command {
  const program = new Command('petrel')
    .description('Makes and deploys services, shows how they are, and sends back to them what they could not handle.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) })
    .addHelpText('after', help)
<<<<<<< HEAD
  program
    .command('deploy')
    .argument('[service...]', 'folders of services/; all of them when none is named')
    .description('create topics, register schemas, migrate databases, set where new consumer groups begin; again changes nothing')
    .option('--wait <duration>', waitHelp, duration)
    .action((services: string[], { wait }: Wait) =>
      run((context) => deployServices(context, services, { waitMs: wait ?? defaultWait })),
    )
  program
    .command('remove')
    .argument('<endpoint>')
    .description(
      'delete what an endpoint has in Kafka and in the registry, and its database with DATABASE_ADMIN_URL; it must have stopped',
    )
    .option('--wait <duration>', waitHelp, duration)
    .action((endpoint: string, { wait }: Wait) =>
      run((context) => removeEndpoint(context, endpoint, { waitMs: wait ?? defaultWait })),
    )
  program
    .command('failures')
    .description('list the messages that wait for a person, grouped by fault')
    .option('--endpoint <name>', 'of this endpoint only, and one by one')
    .option('--all', 'also what was discarded: by whom, when and why')
    .option('--json', 'all there is to know, as JSON')
    .action((options: { endpoint?: string; all?: true } & Json) => run((context) => showFailures(context, options)))
  withSelection(program.command('replay'))
    .description('send failed messages back to their endpoint; what was sent back or discarded before is not sent again')
    .action((endpoint: string, options: SelectionOptions & Json) => run((context) => replayFailures(context, endpoint, options)))
  withSelection(program.command('discard'))
    .description('take failed messages from the list that shall not be handled; they and the reason are kept')
    .requiredOption('--reason <text>', 'why')
    .action((endpoint: string, options: SelectionOptions & Json & { reason: string }) =>
      run((context) => discardFailures(context, endpoint, options)),
    )
  program
    .command('order')
    .argument('<id>', 'the order id, how it begins or how it ends; or any other record key')
    .description('show everything that happened to one order')
    .option('--json', 'every record, as JSON')
    .action((id: string, options: Json) => run((context) => showOrder(context, id, options)))
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
    .action((options: { check?: true } & Json) =>
      runs.alone(async (context) => (await import('./topologyCommand.ts')).topologyCommand(context, options)),
    )
=======
  deployingCommands(program, runs, stdout.isTTY === true ? 0 : milliseconds('60s'))
  watchingCommands(program, runs)
  clusterCommands(program, runs)
>>>>>>> cli
  return program
}

const help = `
Addresses come from KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL and TOPIC_PREFIX, or else from the system that
npm start runs here; the cluster from KUBECONFIG. Exit codes: 0 done, 1 nothing found or something failed, 2 wrong usage.`
