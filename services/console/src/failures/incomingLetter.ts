import { type BrokerRecord, groupId, ownFrame } from '@petrel/messaging/operations'
import type { ConsoleLetter } from '../foreign/letter.ts'
import { headerKind } from '../pii/headers.ts'
import { textMask } from '../pii/text.ts'
import { failureId, failingId } from './identity.ts'
import { keptHeaders, type KeptHeaders } from './keptHeaders.ts'
import type { ReadBody } from './readBody.ts'
import { seenBody } from './seenBody.ts'
import { textsIn, wordsOf } from './words.ts'

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
  /** By which it is found. */
  readonly words: ReadonlySet<string>
  /** What lists have of it: nothing personal. */
  readonly seen: { readonly key: string | undefined; readonly errorMessage: string }
}

/** @param letter what the record says */
export function incomingLetter(letter: ConsoleLetter, record: BrokerRecord, body: ReadBody): IncomingLetter {
  const { endpoint, identity, errorStack } = letter
  const frame = ownFrame(errorStack)
  const headers = keptHeaders(record.headers)
  const { data, personal } = seenBody(body)
  const ownTexts = headers.flatMap(([name, value]) => (typeof value === 'string' && isFoundBy(name) ? [value] : []))
  const texts = textsOf(letter, frame)
  const mask = maskFor([...texts, ...ownTexts], textMask(personal))
  return {
    letter,
    record,
    failureId: failureId(endpoint, identity.source, identity.id),
    groupId: groupId(letter, frame),
    failing: failingId(endpoint, letter.failing),
    frame,
    decodable: 'data' in body,
    headers,
    seen: { key: letter.key === undefined ? undefined : mask(letter.key), errorMessage: mask(letter.errorMessage) },
    words: wordsOf([...texts.map(mask), ...textsIn(data), ...ownTexts.map((text) => mask(text).slice(0, 500))]),
  }
}

/** Nearly no letter has anything to hide: one look at all texts together says so in less time than a look at each. */
function maskFor(texts: readonly string[], mask: (text: string) => string): (text: string) => string {
  const all = texts.join('\n')
  return mask(all) === all ? (text) => text : mask
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
