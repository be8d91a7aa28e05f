import { endpointsWithDeadLetters, type Ground } from '@petrel/messaging/operations'
import { Problem } from './problem.ts'

/** @throws Problem when Kafka knows no such endpoint */
export async function requireEndpoint(ground: Pick<Ground, 'admin' | 'prefix'>, name: string): Promise<void> {
  const known = await endpointsWithDeadLetters(ground)
  if (known.includes(name)) return
  const there = known.length > 0 ? `There are: ${known.join(', ')}.` : 'None is deployed yet.'
  throw new Problem(`There is no endpoint "${name}". ${there}`)
}
