import { partitionOf } from '../../../packages/messaging/src/broker/partitioner.ts'
import { sizeOf } from '../../../packages/messaging/src/broker/size.ts'
import type { ForeignRecord } from '../../../packages/messaging/src/broker/foreignProducer.ts'
import { ce } from '../../../packages/messaging/src/headers.ts'
import { asRead } from './headerPairs.ts'
import { registerForeignSchemas } from './foreignSchemas.ts'
import { below, type Kinds, type Material, type Oddity, pick, randomBytes } from './material.ts'
import { oddBodies } from './oddBodies.ts'
import { oddHeaders } from './oddHeaders.ts'
import { oddRecords } from './oddRecords.ts'
import { everyPlace, type Place } from './places.ts'
import type { Shop } from '../shop.ts'
import { foreignPrefix, wellFormedWriter } from './wellFormed.ts'

export const kinds: Kinds = { ...oddHeaders, ...oddBodies, ...oddRecords }

/** On every record that may have headers. */
export const labelHeader = 'x-foreign'

/** A record that Petrel would not write, and who subscribes to its topic. */
export interface Foreign {
  readonly kind: string
  readonly label: string
  readonly place: Place
  readonly record: ForeignRecord
  readonly transaction: 'commit' | 'abort' | undefined
}

/** Records of every kind, over all topics that endpoints of the shop subscribe to. Two in a row of one kind have one topic. */
export async function foreignRecords(
  shop: Pick<Shop, 'broker' | 'system'>,
  { perKind, random }: { readonly perKind: number; readonly random: () => number },
): Promise<Foreign[]> {
  const places = await everyPlace(shop.broker, shop.system.prefix)
  const types = [...new Set(places.flatMap((place) => place.types))]
  const schemas = await registerForeignSchemas(shop.system, types)
  const write = wellFormedWriter(shop.system)
  const starts = Object.keys(kinds).map((kind) => firstPlace(kind, places, random))
  const records: Foreign[] = []
  for (let index = 0; index < perKind; index += 1)
    for (const [at, kind] of Object.keys(kinds).entries()) {
      const number = records.length
      const place = places[((starts[at] ?? 0) + (index >> 1)) % places.length] as Place
      const type = pick(random, place.types)
      const [message, other] = await Promise.all([write(type, number), write(pick(random, types), number)])
      records.push(await foreign(kind, { place, type, write, message, other, number, index, random, schemas }))
    }
  return records
}

/** Few topics take more than a dead letter topic does: what is to be too large for one begins with such a topic. */
function firstPlace(kind: string, places: readonly Place[], random: () => number): number {
  const anywhere = below(random, places.length)
  const roomy = places.flatMap(({ limit }, at) => (limit >= enough ? [at] : []))
  return kind.endsWith('no dead letter topic takes') && roomy.length > 0 ? pick(random, roomy) : anywhere
}

async function foreign(kind: string, material: Material): Promise<Foreign> {
  const { place, message, number, random } = material
  const oddity: Oddity = (await kinds[kind]?.(material)) ?? {}
  const label = `${kind} ${number}`
  const headers = {
    [labelHeader]: label,
    [ce.conversationId]: `${foreignPrefix}${number}`,
    ...(random() < 0.7 && { [ce.type]: message.type.fullName }),
    ...(random() < 0.7 && { [ce.id]: `${place.topic}-${number}` }),
  }
  const isReadable = oddity.value !== undefined || random() < 0.75
  const record = {
    topic: place.topic,
    key: message.key,
    value: isReadable ? message.value : randomBytes(random, below(random, 80)),
    ...pickParts(oddity),
    headers: oddity.withoutHeaders ? {} : { ...headers, ...oddity.headers },
    ...(oddity.timestamp !== undefined && { timestamp: oddity.timestamp }),
  }
  return { kind, label, place, record: withPartition(filled(record, oddity, place)), transaction: oddity.transaction }
}

/** Computed here, since kafkajs takes a minute for a key of two megabytes. */
const withPartition = (record: Foreign['record']) =>
  record.key === null ? record : { ...record, partition: partitionOf(record.key, partitions) }

function pickParts({ key, value }: Oddity) {
  return { ...(key !== undefined && { key }), ...(value !== undefined && { value }) }
}

/** Of every topic of the shop. */
const partitions = 6

/** More than a dead letter topic takes, where the topic itself takes it. */
const enough = 2_300_000

function filled(record: Foreign['record'], { fill }: Oddity, { limit }: Place): Foreign['record'] {
  if (fill === undefined) return record
  const room = Math.min(limit, enough) - 200 - sizeOf({ ...record, headers: asRead(record) })
  const filling = Buffer.alloc(room, 'f')
  if (fill === 'key') return { ...record, key: filling }
  if (fill === 'header') return { ...record, headers: { ...record.headers, 'x-fill': filling } }
  return { ...record, value: Buffer.concat([record.value ?? Buffer.alloc(0), filling]) }
}
