import { type Command, Option } from 'commander'
import type { CommandContext, ProjectContext, Runs } from '../commandContext.ts'
import { consoleAt } from '../console/consoleApi.ts'
import { consoleToken } from '../console/consoleToken.ts'
import { replayFailuresAt } from '../console/replayFailuresAt.ts'
import { showFailuresAt } from '../console/showFailuresAt.ts'
import { showOrderAt } from '../console/showOrderAt.ts'
import { discardFailures } from '../discardFailures.ts'
import { duration } from '../durationOption.ts'
import { replayFailures } from '../replayFailures.ts'
import { restoreFailures } from '../restoreFailures.ts'
import type { SelectionOptions, Whose } from '../selectionOptions.ts'
import { showFailures } from '../showFailures.ts'
import { showLag } from '../showLag.ts'
import { showOrder } from '../showOrder.ts'

interface Json {
  readonly json?: true
}

interface AtConsole {
  readonly console?: string
}

interface ReplayOptions extends SelectionOptions, AtConsole, Json {
  readonly group?: string
}

interface InCluster {
  readonly namespace?: string
}

/** What shows how messages fare, and what decides about those that failed. */
export function watchingCommands(program: Command, runs: Runs): void {
  const run = ({ namespace }: InCluster, command: (context: CommandContext) => Promise<boolean>) =>
    namespace === undefined ? runs.withKafka(command) : runs.inCluster(namespace)
  inCluster(program.command('failures'))
    .description('list the messages that wait for a person, grouped by fault')
    .option('--endpoint <name>', 'of this endpoint only, and one by one')
    .option('--group <id>', 'of this group only, and one by one; its id may be cut')
    .option('--all', 'also what was discarded: by whom, when and why')
    .addOption(atConsole().conflicts(['namespace', 'all']))
    .option('--json', 'all there is to know, as JSON')
    .action(({ console: url, ...options }: { endpoint?: string; group?: string; all?: true } & AtConsole & Json & InCluster) =>
      url === undefined
        ? run(options, (context) => showFailures(context, options))
        : runs.alone(async (context) => showFailuresAt(await consoleOf(url, context), context, options)),
    )
  withSelection(program.command('replay'), '[endpoint]')
    .description('send failed messages back to their endpoint; what was sent back or discarded before is not sent again')
    .addOption(new Option('--group <id>', 'those of this group; its id may be cut').conflicts(['id', 'source']))
    .addOption(atConsole().conflicts('namespace'))
    .action((endpoint: string | undefined, { console: url, group, ...options }: ReplayOptions & InCluster, command: Command) => {
      const whose = whoseOf(command, endpoint, group)
      return url === undefined
        ? run(options, (context) => replayFailures(context, whose, options))
        : runs.alone(async (context) => replayFailuresAt(await consoleOf(url, context), context, whose, options))
    })
  withSelection(program.command('discard'), '<endpoint>')
    .description('take failed messages from the list that shall not be handled; they and the reason are kept')
    .requiredOption('--reason <text>', 'why')
    .action((endpoint: string, options: SelectionOptions & Json & InCluster & { reason: string }) =>
      run(options, (context) => discardFailures(context, endpoint, options)),
    )
  withSelection(program.command('restore'), '<endpoint>', 'all that was discarded when none is given')
    .description('put discarded messages back into the list: they wait for a person again')
    .option('--reason <text>', 'why; kept with who and when')
    .action((endpoint: string, options: SelectionOptions & Json & InCluster & { reason?: string }) =>
      run(options, (context) => restoreFailures(context, endpoint, options)),
    )
  program
    .command('order')
    .argument('<id>', 'the order id, how it begins or how it ends; or any other record key')
    .description('show everything that happened to one order')
    .option('--json', 'every record, as JSON')
    .addOption(atConsole())
    .action((id: string, { console: url, ...options }: AtConsole & Json) =>
      url === undefined
        ? runs.withKafka((context) => showOrder(context, id, options))
        : runs.alone(async (context) => showOrderAt(await consoleOf(url, context), context, id, options)),
    )
  inCluster(program.command('lag'))
    .description('show how many messages wait for each endpoint, and how many for a person')
    .option('--json', 'for each partition, as JSON')
    .option('--every <duration>', 'again and again until it is ended, each time as a line of JSON', duration)
    .action((options: { every?: number } & Json & InCluster) => run(options, (context) => showLag(context, options)))
}

const inCluster = (command: Command): Command =>
  command.option('-n, --namespace <namespace>', 'ask in the cluster of KUBECONFIG, in a pod of this namespace')

function whoseOf(command: Command, endpoint: string | undefined, group: string | undefined): Whose {
  if (group !== undefined) return { endpoint, group }
  return endpoint === undefined
    ? command.error("error: missing required argument 'endpoint', or the option --group")
    : { endpoint }
}

/** A console, with the token that the environment has for it. */
const consoleOf = async (url: string, { env }: ProjectContext) => consoleAt(url, await consoleToken(env))

const atConsole = () => new Option('--console <url>', 'ask a console, for example http://localhost:8090, instead of Kafka')

const withSelection = (command: Command, endpoint: string, withoutIds = 'all that waits when none is given'): Command =>
  inCluster(command)
    .argument(endpoint)
    .option('--id <id...>', `message ids, as petrel failures shows them; ${withoutIds}`)
    .option('--source <source>', 'messages of this source only, for an id that messages of several sources have')
    .option('--json', 'what was done, as JSON')
