import { type Broker, kafkajsBroker, silentLog } from '@petrel/messaging/operations'
import { type Addresses, type Environment, findAddresses } from './addresses.ts'
import { type Output, type Screen, screen } from './screen.ts'
import { projectRoot } from './services.ts'

/** What a run takes from its process. */
export interface ProcessContext {
  readonly env: Environment
  readonly cwd: string
  readonly stdout: Output
  readonly stderr: Output
}

/** What a command works with that asks no Kafka. */
export interface ProjectContext {
  readonly root: string
  readonly env: Environment
  /** For results. */
  readonly out: Screen
  /** For what is only worth seeing while one waits. */
  readonly err: Screen
}

/** What a command works with. */
export interface CommandContext extends ProjectContext {
  readonly addresses: Addresses
  readonly broker: Broker
  close(): Promise<void>
}

/** How a command is run. The command says whether it found something. */
export interface Runs {
  readonly withKafka: (command: (context: CommandContext) => Promise<boolean>) => Promise<void>
  readonly alone: (command: (context: ProjectContext) => Promise<boolean>) => Promise<void>
  /** The same command line in a pod of that namespace. */
  readonly inCluster: (namespace: string) => Promise<void>
  /** Whether no service of the project has an endpoint. */
  readonly isOffTheBus: () => boolean
}

export const projectContext = ({ env, cwd, stdout, stderr }: ProcessContext): ProjectContext => ({
  root: projectRoot(cwd),
  env,
  out: screen(stdout),
  err: screen(stderr),
})

/** Finds the project and its Kafka. @throws Problem when nothing says where that is */
export async function openContext(process: ProcessContext): Promise<CommandContext> {
  const project = projectContext(process)
  const addresses = await findAddresses(project.env, project.root)
  // What goes wrong comes as an error, too, and one sentence of it is enough.
  const broker = kafkajsBroker({ ...addresses.kafka, clientId: 'petrel', log: silentLog })
  return { ...project, addresses, broker, close: () => broker.close() }
}
