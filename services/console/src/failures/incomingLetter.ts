import { type BrokerRecord, groupId, ownFrame } from '@petrel/messaging/operations'
import type { ConsoleLetter } from '../foreign/letter.ts'
import { headerKind } from '../pii/headers.ts'
import { textMask } from '../pii/text.ts'
import { failureId, failingId } from './identity.ts'
import { keptHeaders, type KeptHeaders } from './keptHeaders.ts'
import type { ReadBody } from './readBody.ts'
import { seenBody } from './seenBody.ts'
import { asTsvector, textsIn, wordsOf } from './words.ts'

/** A dead letter on its way into the database. */
export interface IncomingLetter {
  readonly letter: ConsoleLetter
  readonly record: BrokerRecord
  readonly failureId: string
  readonly groupId: string
  readonly failing: string
  readonly frame: string | null
  readonly decodable: boolean
  readonly headers: KeptHeaders
  readonly words: string
  /** What lists have of it: nothing personal. */
  readonly seen: { readonly key: string | undefined; readonly errorMessage: string }
}

/** @param letter what the record says */
export function incomingLetter(letter: ConsoleLetter, record: BrokerRecord, body: ReadBody): IncomingLetter {
  const { endpoint, identity, errorStack } = letter
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
    groupId: groupId(letter),
    failing: failingId(endpoint, letter.failing),
    frame,
    decodable: 'data' in body,
    headers,
    seen: { key: letter.key === undefined ? undefined : mask(letter.key), errorMessage: mask(letter.errorMessage) },
    words: asTsvector(wordsOf([...textsOf(letter, frame).map(mask), ...textsIn(data), ...headerTexts])),
  }
}

/** The ids first: there is room for so many words only. */
function textsOf(letter: ConsoleLetter, frame: string | null): string[] {
  const { id, source, key, conversationId, causationId, traceId, type, endpoint, handler, errorType, errorMessage } = letter
  const { place, original } = letter
  const texts = [id, source, key, conversationId, causationId, traceId, type, endpoint, handler, frame, errorType, errorMessage]
  return [...texts, place, original.topic].filter((text) => typeof text === 'string')
}

/** What the bus reads of headers is among the texts already, and nobody looks for a secret. */
const isFoundBy = (name: string): boolean => headerKind(name) === 'own'
