import { createHash } from 'node:crypto'
import type { BrokerRecord } from '../../../packages/messaging/src/broker/port.ts'
import { openEnvelope } from '../../../packages/messaging/src/engine/envelope.ts'
import { failure, headerText } from '../../../packages/messaging/src/headers.ts'
import { identityKey, type MessageIdentity } from '../../../packages/messaging/src/identity.ts'
import { postgresStore } from '../../../packages/messaging/src/store/postgres/store.ts'
import type { Shop } from '../shop.ts'
import { type Foreign, labelHeader } from './foreignRecords.ts'
import { asRead, headerPairs } from './headerPairs.ts'
import { foreignPrefix } from './wellFormed.ts'

/** What became of a record at one of those who subscribe to its topic. */
export interface Fate {
  readonly foreign: Foreign
  readonly endpoint: string
  readonly end: 'dead letter' | 'handled' | 'lost'
  readonly deadLetter: BrokerRecord | undefined
}

export interface ForeignAccounts {
  readonly fates: readonly Fate[]
  /** Dead letters that are neither foreign records, nor messages that those have led to. */
  readonly others: readonly BrokerRecord[]
}

/** Looks for all of them in topics, dead letter topics and inboxes. @throws Error when one is not even in its topic */
export async function foreignAccounts(shop: Shop, foreign: readonly Foreign[]): Promise<ForeignAccounts> {
  const found = await locate(shop, foreign)
  const readers = Map.groupBy(
    found.flatMap((each) => each.foreign.place.readers.map((endpoint) => ({ ...each, endpoint }))),
    ({ endpoint }) => endpoint,
  )
  const fates: Fate[] = []
  const others: BrokerRecord[] = []
  for (const [endpoint, expected] of readers) {
    const letters = indexed(await shop.records(`${endpoint}.dlt`))
    const handled = await handledBy(shop, endpoint, expected)
    for (const each of expected) {
      const deadLetter = letters.find(each)
      const end = deadLetter === undefined ? (handled.has(each.identity) ? 'handled' : 'lost') : 'dead letter'
      fates.push({ foreign: each.foreign, endpoint, end, deadLetter })
    }
    others.push(...letters.all.filter((letter) => !isForeign(letter, expected)))
  }
  return { fates, others }
}

interface Located {
  readonly foreign: Foreign
  /** `<topic>/<partition>/<offset>` */
  readonly position: string
  readonly identity: MessageIdentity
}

/** Finds each by all of its content: what an endpoint has put into one of these topics has other headers. */
async function locate({ broker }: Pick<Shop, 'broker'>, foreign: readonly Foreign[]): Promise<Located[]> {
  const wanted = new Map(foreign.map((each) => [printOf({ ...each.record, headers: asRead(each.record) }), each]))
  const found: Located[] = []
  for (const topic of new Set(foreign.map(({ place }) => place.topic)))
    for await (const record of broker.admin.read(topic)) {
      const each = wanted.get(printOf(record))
      if (each === undefined) continue
      found.push({ foreign: each, position: positionOf(record), identity: openEnvelope(record).identity })
    }
  const inTopics = new Set(found.map((each) => each.foreign))
  const missing = foreign.filter((each) => each.transaction !== 'abort' && !inTopics.has(each))
  if (missing.length > 0) throw new Error(`Not in their topics: ${missing.map(({ label }) => label).join(', ')}`)
  return found
}

type Content = Pick<BrokerRecord, 'topic' | 'value' | 'headers'> & { readonly key: Buffer | string | null }

function printOf({ topic, key, value, headers }: Content): string {
  const hash = createHash('sha1').update(topic)
  for (const part of [key, value, ...headerPairs(headers).flat()])
    hash.update(part === null ? 'null' : `${Buffer.byteLength(part)}:`).update(part ?? '')
  return hash.digest('base64')
}

const positionOf = ({ topic, partition, offset }: BrokerRecord) => `${topic}/${partition}/${offset}`

/** By label; by origin where the label was left out for its size; by identity where two records claim to be one message. */
function indexed(all: readonly BrokerRecord[]) {
  const byLabel = new Map(all.map((letter) => [headerText(letter.headers, labelHeader), letter]))
  const byOrigin = new Map(all.map((letter) => [originOf(letter), letter]))
  const byIdentity = new Map(all.map((letter) => [identityKey(openEnvelope(letter).identity), letter]))
  return {
    all,
    find: ({ foreign, position, identity }: Located) =>
      byLabel.get(foreign.label) ?? byOrigin.get(position) ?? byIdentity.get(identityKey(identity)),
  }
}

const originOf = ({ headers }: BrokerRecord) =>
  [failure.originalTopic, failure.originalPartition, failure.originalOffset].map((name) => headerText(headers, name)).join('/')

async function handledBy(shop: Shop, endpoint: string, located: readonly Located[]): Promise<ReadonlySet<MessageIdentity>> {
  const store = postgresStore({ databaseUrl: await shop.system.createDatabase(endpoint), log: console })
  try {
    return await store.handledIds(located.map(({ identity }) => identity))
  } finally {
    await store.close()
  }
}

function isForeign(letter: BrokerRecord, expected: readonly Located[]): boolean {
  const conversation = openEnvelope(letter).conversationId
  return (
    headerText(letter.headers, labelHeader) !== undefined ||
    conversation.startsWith(foreignPrefix) ||
    String(letter.key).startsWith(foreignPrefix) ||
    expected.some(({ position }) => position === originOf(letter) || position === conversation)
  )
}
