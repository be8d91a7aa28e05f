import { type AvroCodec, type BrokerRecord } from '@petrel/messaging/operations'
import { letterOf } from '../foreign/letter.ts'
import { foreignPatterns, isForeignTopic, ownEndpoint } from '../foreign/topics.ts'
import type { TopicHandler } from '../reading/port.ts'
import { type IncomingLetter, incomingLetter } from './incomingLetter.ts'
import { withTexts } from './keptHeaders.ts'
import { type BodyReader, bodyReader } from './readBody.ts'
import { letterRows, type LetterRows, storeLetters } from './storeLetters.ts'

/** Letters become rows so many at a time: more would outlive Node's young generation, and collecting them take a third of the time. */
const atOnce = 100

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
      const rows: LetterRows[] = []
      for (let from = 0; from < records.length; from += atOnce)
        rows.push(letterRows(records.slice(from, from + atOnce).map((record) => incoming(record, read, prefix))))
      return (batch) => storeLetters(batch, rows)
    },
  }
}

function incoming(asRead: BrokerRecord, read: BodyReader, prefix: string): IncomingLetter {
  const record = withTexts(asRead)
  const letter = letterOf(record, prefix)
  return incomingLetter(letter, record, read(record.value, letter.foreign))
}
