import { setImmediate } from 'node:timers/promises'
import { type AvroCodec, type BrokerRecord } from '@petrel/messaging/operations'
import { letterOf } from '../foreign/letter.ts'
import { foreignPatterns, isForeignTopic, ownEndpoint } from '../foreign/topics.ts'
import type { TopicHandler } from '../reading/port.ts'
import { type IncomingLetter, incomingLetter } from './incomingLetter.ts'
import { withTexts } from './keptHeaders.ts'
import { type BodyReader, bodyReader } from './readBody.ts'
import { letterWriter, storeLetters } from './storeLetters.ts'

/** So many letters become rows at a time: whoever else waits for this process comes in between. */
const atOnce = 50

/** Reads the dead letter topics of all endpoints, and those of others. @param foreign how others call theirs */
export function deadLetters(codec: AvroCodec, prefix: string, foreign: string): TopicHandler {
  const patterns = foreignPatterns(foreign)
  return {
    kind: 'dlt',
    wants: (topic) => ownEndpoint(topic, '') !== undefined || isForeignTopic(topic, patterns),
    async prepare(records) {
      const read = await bodyReader(
        codec,
        records.map(({ value }) => value),
      )
      const writer = letterWriter()
      for (const [index, record] of records.entries()) {
        if (index > 0 && index % atOnce === 0) await setImmediate()
        writer.add(incoming(record, read, prefix))
      }
      const rows = writer.take()
      return (batch) => storeLetters(batch, rows)
    },
  }
}

function incoming(asRead: BrokerRecord, read: BodyReader, prefix: string): IncomingLetter {
  const record = withTexts(asRead)
  const letter = letterOf(record, prefix)
  return incomingLetter(letter, record, read(record.value, letter.foreign))
}
