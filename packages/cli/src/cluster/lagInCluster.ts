import type { EndpointLag } from '@petrel/messaging/operations'
import { z } from 'zod'
import type { Environment } from '../addresses.ts'
import { Problem } from '../problem.ts'
import { execArguments, execIn, findPlace, type Place } from './exec.ts'
import { kubectl } from './kubectl.ts'

const group = z.object({
  group: z.string(),
  members: z.number(),
  lag: z.number(),
  partitions: z.array(
    z.object({ topic: z.string(), partition: z.number(), end: z.string(), committed: z.string(), lag: z.number() }),
  ),
})
const lags: z.ZodType<EndpointLag[]> = z.array(
  z.object({ endpoint: z.string(), main: group, retry: group, deadLetters: z.number() }),
)

/** What waits for each endpoint, asked once in a pod. @throws Problem */
export async function lagInCluster(env: Environment, namespace: string): Promise<EndpointLag[]> {
  const place = await findPlace(env, namespace)
  const { code, stdout, stderr } = await execIn(env, namespace, place, ['petrel', 'lag', '--json'])
  if (code !== 0) throw new Problem(`petrel lag in pod ${place.pod} failed: ${stderr.trim()}`)
  return lags.parse(JSON.parse(stdout))
}

/** The same, again and again by one process in the pod: to begin one costs a small pod more than all the asking. */
export async function* lagsInCluster(
  env: Environment,
  namespace: string,
  every: string,
  place: Place,
): AsyncIterable<EndpointLag[]> {
  const command = ['petrel', 'lag', '--every', every]
  for await (const line of kubectl(env).lines(...execArguments(place, namespace, command))) yield lags.parse(JSON.parse(line))
}
