import { endpointsWithDeadLetters, type Infrastructure } from '@petrel/messaging/operations'
import { Problem } from './problem.ts'

/** @throws Problem when Kafka knows no such endpoint */
export async function requireEndpoint(infrastructure: Pick<Infrastructure, 'admin' | 'prefix'>, name: string): Promise<void> {
  const known = await endpointsWithDeadLetters(infrastructure)
  if (known.includes(name)) return
  const there = known.length > 0 ? `There are: ${known.join(', ')}.` : 'None is deployed yet.'
  throw new Problem(`There is no endpoint "${name}". ${there}`)
}
