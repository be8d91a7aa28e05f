import { type BrokerRecord, groupId, ownFrame } from '@petrel/messaging/operations'
import type { ConsoleLetter } from '../foreign/letter.ts'
import { textMask } from '../pii/text.ts'
import { plainTime } from '../store/columns.ts'
import { failureId, failingId } from './identity.ts'
import { foundHeaders, keptHeaders, type KeptHeaders } from './keptHeaders.ts'
import type { ReadBody } from './readBody.ts'
import { recently } from './recently.ts'
import { openBody } from './seenBody.ts'
import { wordsOf } from './words.ts'

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
  readonly sentAt: Date
  readonly failedAt: Date
  /** By which it is found. */
  readonly words: ReadonlySet<string>
  /** What lists have of it: nothing personal. */
  readonly seen: { readonly key: string | undefined; readonly errorMessage: string }
}

/** @param letter what the record says */
export function incomingLetter(letter: ConsoleLetter, record: BrokerRecord, body: ReadBody): IncomingLetter {
  const { endpoint, identity, errorStack } = letter
  const frame = frameIn(errorStack)
  const headers = keptHeaders(record.headers)
  const { texts, others, personal } = openBody(body)
  const own = foundHeaders(headers)
  const said = [...textsOf(letter, frame), ...texts]
  const mask = maskFor([...said, ...own], textMask(personal))
  return {
    letter,
    record,
    failureId: failureId(endpoint, identity.source, identity.id),
    groupId: groupOf(letter, frame),
    failing: failingId(endpoint, letter.failing),
    frame,
    decodable: 'data' in body,
    headers,
    sentAt: plainTime(Date.parse(letter.sentAt)),
    failedAt: plainTime(Date.parse(letter.failedAt)),
    seen: { key: letter.key === undefined ? undefined : mask(letter.key), errorMessage: mask(letter.errorMessage) },
    words: wordsOf([...said.map(mask), ...others, ...own.map((text) => mask(text).slice(0, mostOfHeader))]),
  }
}

const mostOfHeader = 500

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

const mostRemembered = { stacks: 200, groups: 1_000, length: 4_000 }

/** What fails thousands of times has the same frames each time; only what the error says differs. */
function frameIn(stack: string): string | null {
  const begin = stack.search(firstFrame)
  if (begin < 0 || stack.length - begin > mostRemembered.length || likeFrame.test(stack.slice(0, begin))) return ownFrame(stack)
  return recentFrame(stack.slice(begin))
}

/** Of V8 and of Java. */
const firstFrame = /\n(?: {4}|\t)at /
/** In what an error says, a line that {@link ownFrame} might take for a frame. */
const likeFrame = /^\s*(?:at |File ")/m
const recentFrame = recently(mostRemembered.stacks, ownFrame)

/** The id of a group is a hash of what many failures have in common. */
function groupOf(letter: ConsoleLetter, frame: string | null): string {
  const { endpoint, errorType } = letter
  return frame === null ? groupId(letter, frame) : recentGroup(JSON.stringify([endpoint, errorType, frame]))
}

const recentGroup = recently(mostRemembered.groups, (name) => {
  const [endpoint = '', errorType = '', frame = ''] = JSON.parse(name) as string[]
  return groupId({ endpoint, errorType, errorMessage: '', errorStack: '' }, frame)
})
