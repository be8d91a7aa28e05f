import { type AvroCodec, type BrokerRecord, RegistryUnavailable } from '@petrel/messaging/operations'
import { letterOf } from '../foreign/letter.ts'
import { foreignPatterns, isForeignTopic, ownEndpoint } from '../foreign/topics.ts'
import type { TopicHandler } from '../reading/port.ts'
import { incomingLetter } from './incomingLetter.ts'
import { withTexts } from './keptHeaders.ts'
import { readBody } from './readBody.ts'
import { collectLetters, storeLetters } from './storeLetters.ts'

/** Reads the dead letter topics of all endpoints, and those of others. @param foreign how others call theirs */
export function deadLetters(codec: AvroCodec, prefix: string, foreign: string): TopicHandler {
  const patterns = foreignPatterns(foreign)
  return {
    kind: 'dlt',
    wants: (topic) => ownEndpoint(topic, '') !== undefined || isForeignTopic(topic, patterns),
    async prepare(records) {
      const letters = collectLetters()
      for (const some of chunked(records, await atOnce(codec, records)))
        for (const letter of await Promise.all(some.map((record) => incoming(record, codec, prefix)))) letters.add(letter)
      const rows = letters.rows()
      return (batch) => storeLetters(batch, rows)
    },
  }
}

const fewAtOnce = 20

/** While the registry is away all wait together for what it says; otherwise a few at a time are soon forgotten. */
async function atOnce(codec: AvroCodec, records: readonly BrokerRecord[]): Promise<number> {
  try {
    await codec.prepare(records.map(({ value }) => value))
    return fewAtOnce
  } catch (error) {
    if (error instanceof RegistryUnavailable) return records.length
    throw error
  }
}

const chunked = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

async function incoming(read: BrokerRecord, codec: AvroCodec, prefix: string) {
  const record = withTexts(read)
  const letter = letterOf(record, prefix)
  return incomingLetter(letter, record, await readBody(codec, record.value, letter.foreign))
}
