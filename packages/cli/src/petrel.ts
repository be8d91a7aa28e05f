import { Command, CommanderError } from 'commander'
import { deployServices } from './deployServices.ts'
import { showFailures } from './showFailures.ts'
import { replayFailures } from './replayFailures.ts'
import { showOrder } from './showOrder.ts'
import type { Output } from './screen.ts'
import { screen } from './screen.ts'
import { explain } from './explain.ts'
import { type Setting, settingOf } from './setting.ts'

/** Done; nothing found or something failed; the command line itself is wrong. */
export const exitCode = { done: 0, failed: 1, usage: 2 } as const

/** What a run takes from its process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdout: Output
  readonly stderr: Output
}

/** Runs one command. @returns the exit code */
export async function petrel(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let found = true
  const run = async (command: (setting: Setting) => Promise<boolean>) => {
    const setting = await settingOf(surroundings)
    try {
      found = await command(setting)
    } finally {
      await setting.close()
    }
  }
  try {
    await commands(run, surroundings).parseAsync(args, { from: 'user' })
    return found ? exitCode.done : exitCode.failed
  } catch (error) {
    // Commander has already said what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage
    screen(surroundings.stderr).line(explain(error))
    return exitCode.failed
  }
}

type Run = (command: (setting: Setting) => Promise<boolean>) => Promise<void>

function commands(run: Run, { stdout, stderr }: Surroundings): Command {
  const program = new Command('petrel')
    .description('Deploys services, shows what they could not handle, and sends it back to them.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) })
    .addHelpText('after', help)
  program
    .command('deploy')
    .argument('[service...]', 'folders of services/; all of them when none is named')
    .description('create topics, register schemas, migrate databases, set where new consumer groups begin; again changes nothing')
    .action((services: string[]) => run((setting) => deployServices(setting, services)))
  program
    .command('failures')
    .description('list the messages that wait for a person, grouped by fault')
    .option('--endpoint <name>', 'of this endpoint only, and one by one')
    .option('--json', 'all there is to know, as JSON')
    .action((options: { endpoint?: string; json?: true }) => run((setting) => showFailures(setting, options)))
  program
    .command('replay')
    .argument('<endpoint>')
    .description('send failed messages back to their endpoint; what was sent back before is not sent again')
    .option('--id <id...>', 'message ids, as petrel failures shows them; all when none is given')
    .option('--json', 'what was done, as JSON')
    .action((endpoint: string, options: { id?: string[]; json?: true }) =>
      run((setting) => replayFailures(setting, endpoint, options)),
    )
  program
    .command('order')
    .argument('<id>', 'the order id, or any other record key')
    .description('show everything that happened to one order')
    .option('--json', 'every record, as JSON')
    .action((id: string, options: { json?: true }) => run((setting) => showOrder(setting, id, options)))
  return program
}

const help = `
Addresses come from KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL and TOPIC_PREFIX, or else from the system that
npm start runs here. Exit codes: 0 done, 1 nothing found or something failed, 2 wrong usage.`
