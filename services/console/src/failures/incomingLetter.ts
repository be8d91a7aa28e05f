import type { BrokerRecord, Letter } from '@petrel/messaging/operations'
import { headerKind } from '../pii/headers.ts'
import { textMask } from '../pii/text.ts'
import { failureId, failingId, groupId } from './identity.ts'
import { keptHeaders } from './keptHeaders.ts'
import { ownFrame } from './ownFrame.ts'
import type { ReadBody } from './readBody.ts'
import { seenBody } from './seenBody.ts'
import { asTsvector, textsIn, wordsOf } from './words.ts'

/** Whose dead letter it is, when it is not one of Petrel's. */
export type ForeignKind = 'spring' | 'connect' | 'watermill'

/** A dead letter on its way into the database. */
export interface IncomingLetter {
  readonly letter: Letter
  readonly record: BrokerRecord
  readonly failureId: string
  readonly groupId: string
  readonly failing: string
  readonly frame: string | null
  readonly decodable: boolean
  readonly foreignKind: ForeignKind | null
  /** The header values as JSON. */
  readonly headers: string
  readonly words: string
  /** What lists have of it: nothing personal. */
  readonly seen: { readonly key: string | undefined; readonly errorMessage: string }
}

/** @param letter what the record says; for a foreign record whatever its own headers say in these terms */
export function incomingLetter(
  letter: Letter,
  record: BrokerRecord,
  body: ReadBody,
  foreignKind: ForeignKind | null = null,
): IncomingLetter {
  const { endpoint, identity, errorType, errorStack } = letter
  const frame = ownFrame(errorStack)
  const headers = keptHeaders(record.headers)
  const { data, personal } = seenBody(body)
  const mask = textMask(personal)
  const headerTexts = headers.flatMap(([name, value]) =>
    typeof value === 'string' && isFoundBy(name) ? [mask(value).slice(0, 500)] : [],
  )
  return {
    letter,
    record,
    failureId: failureId(endpoint, identity.source, identity.id),
    groupId: groupId(endpoint, errorType, frame),
    failing: failingId(endpoint, letter.failing),
    frame,
    decodable: 'data' in body,
    foreignKind,
    headers: JSON.stringify(headers),
    seen: { key: letter.key === undefined ? undefined : mask(letter.key), errorMessage: mask(letter.errorMessage) },
    words: asTsvector(wordsOf([...textsOf(letter, frame).map(mask), ...textsIn(data), ...headerTexts])),
  }
}

/** The ids first: there is room for so many words only. */
function textsOf(letter: Letter, frame: string | null): string[] {
  const { id, source, key, conversationId, causationId, traceId, type, endpoint, handler, errorType, errorMessage } = letter
  const { place, original } = letter
  const texts = [id, source, key, conversationId, causationId, traceId, type, endpoint, handler, frame, errorType, errorMessage]
  return [...texts, place, original.topic].filter((text) => typeof text === 'string')
}

/** The error and its stack are headers as well, and nobody looks for a secret. */
const isFoundBy = (name: string): boolean => !name.startsWith('petrel-') && headerKind(name) !== 'sensitive'
