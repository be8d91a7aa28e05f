import { type AvroCodec, type BrokerRecord, dltTopic, readLetter } from '@petrel/messaging/operations'
import type { TopicHandler } from '../reading/port.ts'
import { incomingLetter } from './incomingLetter.ts'
import { readBody } from './readBody.ts'
import { storeLetters } from './storeLetters.ts'

const suffix = dltTopic('')
const endpointName = /^[a-z][a-z0-9-]*$/

/** Reads the dead letter topics of all endpoints. */
export const deadLetters = (codec: AvroCodec, prefix: string): TopicHandler => ({
  kind: 'dlt',
  wants: (topic) => topic.endsWith(suffix) && endpointName.test(topic.slice(0, -suffix.length)),
  async prepare(records) {
    const letters = await Promise.all(records.map((record) => incoming(record, codec, prefix)))
    return (batch) => storeLetters(batch, letters)
  },
})

async function incoming(record: BrokerRecord, codec: AvroCodec, prefix: string) {
  const endpoint = record.topic.slice(prefix.length, -suffix.length)
  return incomingLetter(readLetter(endpoint, record), record, await readBody(codec, record.value))
}
