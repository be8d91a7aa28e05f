import { sentMessages, type SentMessage } from '@petrel/messaging/operations'
import type { ConsoleContext } from '../part.ts'
import type { Definition } from '../monitoring/definition.ts'
import type { Look } from '../monitoring/look.ts'
import { unheardRanges } from './unheard.ts'

/** Messages with these keys that perhaps no endpoint has handled, from their topics; none while Kafka is away. */
export async function unheardMessages(
  keys: readonly string[],
  definitions: ReadonlyMap<string, Definition>,
  { broker, prefix }: Pick<ConsoleContext, 'broker' | 'prefix'>,
  look: Look,
): Promise<SentMessage[]> {
  const seen = await look.seen()
  if (seen === undefined) return []
  const ranges = keys.flatMap((key) => unheardRanges(key, definitions, seen, prefix))
  const found: SentMessage[] = []
  // Each read has a connection of its own.
  for (const range of ranges) found.push(...(await sentMessages(range, seen.overview.partitions, broker.admin)))
  return found
}
