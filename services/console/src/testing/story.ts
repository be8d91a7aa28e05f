// What the fake console tells: a shop at night, in which sales cannot price, and a gateway does not answer.

import type { Failure } from '../failures/list.ts'

type AsJson<T> = { readonly [Field in keyof T]: T[Field] extends Date ? string : T[Field] }
type Changing = 'replays' | 'state'

/** A failed message, as `GET /api/failures/{id}` has it. */
export type StoryFailure = Omit<AsJson<Failure>, Changing> &
  Pick<{ -readonly [Field in keyof Failure]: Failure[Field] }, Changing>

/** A UUID that is the same each time. */
export const idOf = (number: number, kind = 1): string =>
  `0197${kind.toString(16).padStart(4, '0')}-4c1e-7a10-8f00-${number.toString(16).padStart(12, '0')}`

/** Those of groups are made of what their failures have in common. */
const groupUuid = (number: number): string => idOf(number, 9).replace('-7', '-5')

const kinds = {
  pricing: {
    group: groupUuid(1),
    endpoint: 'sales',
    type: 'sales.PlaceOrder',
    errorType: 'TypeError',
    errorMessage: "Cannot read properties of undefined (reading 'unitCents')",
    frame: 'placeOrder.ts:14',
    handler: 'placeOrder',
    attempts: 13,
  },
  gateway: {
    group: groupUuid(2),
    endpoint: 'billing',
    type: 'sales.OrderPlaced',
    errorType: 'GatewayTimeout',
    errorMessage: 'The payment gateway did not answer within 2 s',
    frame: 'gateway.ts:31',
    handler: 'billOrder',
    attempts: 13,
  },
  unreadable: {
    group: groupUuid(3),
    endpoint: 'loyalty',
    type: null,
    errorType: 'UnknownSchema',
    errorMessage: 'The registry has no schema 4711',
    frame: null,
    handler: null,
    attempts: 1,
  },
  spring: {
    group: groupUuid(4),
    endpoint: 'invoices',
    type: null,
    errorType: 'java.lang.IllegalStateException',
    errorMessage: 'Invoice 77 has no address',
    frame: 'InvoiceListener.java:48',
    handler: null,
    attempts: 1,
  },
} as const
export type StoryKind = keyof typeof kinds

export const groupIdOf = (kind: StoryKind): string => kinds[kind].group

interface Circumstances {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly state?: StoryFailure['state']
  readonly replays?: number
}

/** One failed message of a kind. @param number makes its ids */
export function failureOf(
  kind: StoryKind,
  number: number,
  { at, state = 'unresolved', replays = 0 }: Circumstances,
): StoryFailure {
  const { group, ...same } = kinds[kind]
  const time = new Date(at).toISOString()
  return {
    ...same,
    id: idOf(number, 1),
    messageId: idOf(number, 2),
    source: 'client-ui',
    key: kind === 'unreadable' ? null : idOf(number, 3),
    conversationId: idOf(number, 4),
    traceId: number.toString(16).padStart(32, '4'),
    replays,
    state,
    firstFailedAt: new Date(at - 14_000).toISOString(),
    lastFailedAt: time,
    sentAt: new Date(at - 14_300).toISOString(),
    groupId: group,
    decodable: kind !== 'unreadable',
    foreign: kind === 'spring' ? 'spring' : null,
  }
}

const minute = 60_000

/** Seven that nobody has looked at, and forty that somebody put away yesterday. */
export const sevenFailures = (now: number): StoryFailure[] => [
  ...[20_000, 70_000, 130_000, 200_000, 238_000].map((ago, at) => failureOf('pricing', at + 1, { at: now - ago })),
  failureOf('gateway', 11, { at: now - 125 * minute, replays: 1 }),
  failureOf('gateway', 12, { at: now - 127 * minute }),
  ...Array.from({ length: 40 }, (_, at) =>
    failureOf('unreadable', 100 + at, { at: now - 26 * 60 * minute - at * 1_000, state: 'archived' }),
  ),
]

/** What a long night without anybody looks like. */
export const manyFailures = (now: number, count = 100_000): StoryFailure[] =>
  Array.from({ length: count }, (_, at) =>
    failureOf(at % 10 < 7 ? 'pricing' : at % 10 < 9 ? 'gateway' : 'spring', at + 1, { at: now - at * 250 }),
  )
