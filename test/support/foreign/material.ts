import type { MessageDescriptor } from '@petrel/messaging'
import type { ForeignRecord } from '../../../packages/messaging/src/broker/foreignProducer.ts'
import type { ForeignSchemas } from './foreignSchemas.ts'
import type { Place } from './places.ts'
import type { WellFormed, WriteWellFormed } from './wellFormed.ts'

/** What a kind of oddity is made of: a well-formed message, and chance. */
export interface Material {
  readonly place: Place
  /** Of a type that the place's readers handle. */
  readonly message: WellFormed
  /** Of some other type of the shop. */
  readonly other: WellFormed
  readonly type: MessageDescriptor
  readonly write: WriteWellFormed
  readonly number: number
  /** Which of its kind. */
  readonly index: number
  readonly random: () => number
  readonly schemas: ForeignSchemas
}

/** What is odd about a record; everything else is as in a well-formed message. */
export interface Oddity extends Partial<Pick<ForeignRecord, 'key' | 'value' | 'headers'>> {
  /** None but the odd ones. */
  readonly withoutHeaders?: true
  /** This part is made as large as the topic takes. */
  readonly fill?: 'key' | 'value' | 'header'
  /** Milliseconds since the epoch. */
  readonly timestamp?: number
  readonly transaction?: 'commit' | 'abort'
}

export type Kinds = Readonly<Record<string, (material: Material) => Oddity | Promise<Oddity>>>

export function pick<T>(random: () => number, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)] as T
}

export const below = (random: () => number, limit: number): number => Math.floor(random() * limit)

export const randomBytes = (random: () => number, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => below(random, 256)))
