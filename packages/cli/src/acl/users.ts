import { type Endpoint } from '@petrel/messaging'
import { type KafkaUser, kafkaUsers, plan, type Program } from '@petrel/messaging/operations'
import { loadPrograms, loadServices } from '../services.ts'

/** Who deploys, and is `petrel` at a terminal. */
export const petrelUser = 'petrel'

interface Options {
  readonly prefix: string
  readonly faultTopic?: string | undefined
}

/** Users of all that a project has on the bus: its endpoints, its programs, and who deploys them. @throws Problem */
export async function projectUsers(root: string, options: Options): Promise<KafkaUser[]> {
  const [services, programs] = [await loadServices(root), await loadPrograms(root)]
  return usersOf(
    services.map(({ endpoint }) => endpoint),
    programs,
    options,
  )
}

export const usersOf = (
  endpoints: readonly Endpoint[],
  programs: readonly Program[],
  { prefix, faultTopic }: Options,
): KafkaUser[] =>
  kafkaUsers({ plans: endpoints.map((endpoint) => plan(endpoint, prefix)), programs, petrel: petrelUser, prefix, faultTopic })
