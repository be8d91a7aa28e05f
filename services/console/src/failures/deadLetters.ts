import { type AvroCodec, type BrokerRecord } from '@petrel/messaging/operations'
import { letterOf } from '../foreign/letter.ts'
import { foreignPatterns, isForeignTopic, ownEndpoint } from '../foreign/topics.ts'
import type { TopicHandler } from '../reading/port.ts'
import { incomingLetter } from './incomingLetter.ts'
import { readBody } from './readBody.ts'
import { storeLetters } from './storeLetters.ts'

/** Reads the dead letter topics of all endpoints, and those of others. @param foreign how others call theirs */
export function deadLetters(codec: AvroCodec, prefix: string, foreign: string): TopicHandler {
  const patterns = foreignPatterns(foreign)
  return {
    kind: 'dlt',
    wants: (topic) => ownEndpoint(topic, '') !== undefined || isForeignTopic(topic, patterns),
    async prepare(records) {
      const letters = await Promise.all(records.map((record) => incoming(record, codec, prefix)))
      return (batch) => storeLetters(batch, letters)
    },
  }
}

async function incoming(record: BrokerRecord, codec: AvroCodec, prefix: string) {
  const letter = letterOf(record, prefix)
  return incomingLetter(letter, record, await readBody(codec, record.value, letter.foreign))
}
