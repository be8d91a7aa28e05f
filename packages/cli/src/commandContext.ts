import { type Broker, kafkajsBroker, silentLog } from '@petrel/messaging/operations'
import { type Addresses, findAddresses } from './addresses.ts'
import { type Output, type Screen, screen } from './screen.ts'
import { projectRoot } from './services.ts'

/** What a run takes from its process. */
export interface ProcessContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdout: Output
  readonly stderr: Output
}

/** What a command works with. */
export interface CommandContext {
  readonly root: string
  readonly addresses: Addresses
  readonly broker: Broker
  /** For results. */
  readonly out: Screen
  /** For what is only worth seeing while one waits. */
  readonly err: Screen
  close(): Promise<void>
}

/** Finds the project and its Kafka. @throws Problem when nothing says where that is */
export async function openContext({ env, cwd, stdout, stderr }: ProcessContext): Promise<CommandContext> {
  const root = projectRoot(cwd)
  const addresses = await findAddresses(env, root)
  // What goes wrong comes as an error, too, and one sentence of it is enough.
  const broker = kafkajsBroker({ brokers: addresses.brokers, clientId: 'petrel', log: silentLog })
  return { root, addresses, broker, out: screen(stdout), err: screen(stderr), close: () => broker.close() }
}
