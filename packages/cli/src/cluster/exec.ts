import type { Environment } from '../addresses.ts'
import { type Ended, execute } from '../execute.ts'
import { Problem } from '../problem.ts'
import { kubectl, kubectlProblem } from './kubectl.ts'
import { endpointPods, isReady, type Pod } from './resources.ts'

/** Where a command can be run that reaches Kafka, which from outside of the cluster nobody does. */
export interface Place {
  readonly pod: string
  readonly container: string
}

/** Where each service may do what its endpoint says and nothing else, this one may ask about all of them. */
const mayAskAboutAll = 'console'

/** A pod that is ready and knows Kafka, the console's if it is there; every image has the command `petrel`. */
export function placeAmong(pods: readonly Pod[]): Place | undefined {
  const places = pods
    .filter(isReady)
    .flatMap(({ metadata, spec }) =>
      spec.containers
        .filter(({ env }) => env.some(({ name }) => name === 'KAFKA_BROKERS'))
        .map(({ name }) => ({ pod: metadata.name, container: name })),
    )
  return places.find(({ container }) => container === mayAskAboutAll) ?? places[0]
}

/** @throws Problem when no pod is ready there */
export async function findPlace(env: Environment, namespace: string): Promise<Place> {
  const place = placeAmong(await endpointPods(kubectl(env), namespace))
  if (place !== undefined) return place
  throw new Problem(
    `No pod in namespace ${namespace} is ready that could ask Kafka. petrel status -n ${namespace} shows how they are, petrel doctor -n ${namespace} why.`,
  )
}

/** Arguments of kubectl that run a command there. */
export const execArguments = ({ pod, container }: Place, namespace: string, command: readonly string[]): string[] =>
  ['exec', '--namespace', namespace, pod, '--container', container, '--'].concat(command)

/** Runs a command in a pod to its end. @throws Problem when it could not be begun */
export async function execIn(
  env: Environment,
  namespace: string,
  place: Place,
  command: readonly string[],
): Promise<Ended & { readonly code: number }> {
  const args = execArguments(place, namespace, command)
  const { code, stdout, stderr } = await execute('kubectl', args, env)
  const ending = /\n?command terminated with exit code (\d+)\s*$/.exec(stderr)
  if (code !== 0 && ending === null) throw kubectlProblem(args, code, stderr)
  return { code: Number(ending?.[1] ?? 0), stdout, stderr: stderr.slice(0, ending?.index) }
}
