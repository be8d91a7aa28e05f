import { Command, CommanderError } from 'commander'
import { runInCluster, withoutNamespace } from './cluster/runInCluster.ts'
import { openContext, type ProcessContext, projectContext, type Runs } from './commandContext.ts'
import { clusterCommands, doctorCommand } from './commands/cluster.ts'
import { deployingCommands } from './commands/deploying.ts'
import { watchingCommands } from './commands/watching.ts'
import { doctor } from './doctor/doctor.ts'
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
    const program = commands(runs, context)
    doctorCommand(program, async (services, options) => void (found = await doctor(context, services, options)))
    await program.parseAsync(args, { from: 'user' })
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
  deployingCommands(program, runs, stdout.isTTY === true)
  watchingCommands(program, runs)
  clusterCommands(program, runs)
  return program
}

const help = `
Addresses come from KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL and TOPIC_PREFIX, or else from the system that
npm start runs here; the cluster from KUBECONFIG. Exit codes: 0 done, 1 nothing found or something failed, 2 wrong usage.`
