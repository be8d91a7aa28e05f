import { type BrokerRecord, endpointsWithDeadLetters, erase, readLetter } from '@petrel/messaging/operations'
import { failureId } from '../failures/identity.ts'
import { readBody } from '../failures/readBody.ts'
import { letterOf } from '../foreign/letter.ts'
import type { ConsoleContext } from '../part.ts'
import { isAboutRecord } from './aboutSomebody.ts'

/** What is gone from Kafka. */
export interface ErasedTopics {
  /** The places of dead letters. */
  readonly places: readonly string[]
  /** Records of retries and replays that endpoints have not handled yet. */
  readonly waiting: number
}

interface Erasing {
  readonly isAbout: (text: string) => boolean
  /** Failures that are about them, whatever else a record says. */
  readonly found: ReadonlySet<string>
  /** How many endpoints are done, of how many. */
  readonly tell: (done: number, of: number) => Promise<void>
}

/** Removes what is about somebody from the topics of endpoints. */
export async function eraseTopics(context: ConsoleContext, { isAbout, found, tell }: Erasing): Promise<ErasedTopics> {
  const { broker, prefix, codec } = context
  const isAboutThem = (endpoint: string) => async (record: BrokerRecord) => {
    const { identity } = readLetter(endpoint, record)
    if (found.has(failureId(endpoint, identity.source, identity.id))) return true
    return isAboutRecord(isAbout, record, await readBody(codec, record.value, letterOf(record, prefix).foreign))
  }
  const places: string[] = []
  let waiting = 0
  const endpoints = await endpointsWithDeadLetters({ admin: broker.admin, prefix })
  for (const [done, endpoint] of endpoints.entries()) {
    await tell(done, endpoints.length)
    const report = await erase({ endpoint, isAbout: isAboutThem(endpoint) }, { broker, prefix })
    places.push(...report.erased)
    waiting += report.waiting
  }
  return { places, waiting }
}
