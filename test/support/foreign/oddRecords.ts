import { ce, failure } from '../../../packages/messaging/src/headers.ts'
import { below, type Kinds, pick, randomBytes } from './material.ts'

const minutes = 60_000

/** Keys, identities, times and sizes that Petrel's own records do not have. */
export const oddRecords: Kinds = {
  'no key': () => ({ key: null }),
  'a key that is no text': ({ random }) => ({ key: randomBytes(random, 1 + below(random, 40)) }),
  'an empty key': () => ({ key: '' }),
  'a huge key': ({ random }) => ({ key: 'k'.repeat(10_000 + below(random, 90_000)) }),
  'an id that a message of another source has': ({ index }) => ({
    headers: { [ce.id]: `shared-${index >> 1}`, [ce.source]: `source-${index % 2}` },
  }),
  'the id and the source of another record': ({ index, place }) => ({
    headers: { [ce.id]: `twin-${index >> 1}`, [ce.source]: place.topic },
  }),
  'a time in the future': ({ random }) => ({ timestamp: Date.now() + (1 + below(random, 50)) * minutes }),
  'a time in the past': ({ random }) => ({ timestamp: Date.now() - below(random, 6 * 24 * 60) * minutes }),
  'a due time that never comes, and a time in the future': ({ random }) => ({
    timestamp: Date.now() + (1 + below(random, 50)) * minutes,
    headers: { [failure.dueAt]: String(Date.UTC(3000, 0)) },
  }),
  // What follows is taken where somebody has raised the limits of a topic: see takeAnyTime.
  'a due time that never comes, and a time that never comes': () => ({
    timestamp: Date.UTC(3000, 0),
    headers: { [failure.dueAt]: String(Date.UTC(3000, 0)) },
  }),
  'a time of 0': () => ({ timestamp: 0 }),
  'no time, which is -1': () => ({ timestamp: -1 }),
  'a time in seconds, which is in 1970': () => ({ timestamp: Math.floor(Date.now() / 1_000) }),
  'a time in microseconds, which is in the far future': () => ({ timestamp: Date.now() * 1_000 }),
  'a time in nanoseconds, which no calendar has': () => ({ timestamp: Date.now() * 1_000_000 }),
  'a transaction': () => ({ transaction: 'commit' }),
  'a transaction that is aborted': () => ({ transaction: 'abort' }),
  'a value that no dead letter topic takes': ({ random }) => ({
    fill: 'value',
    ...pick(random, [{}, { value: Buffer.alloc(0) }]),
  }),
  'headers that no dead letter topic takes': () => ({ fill: 'header' }),
  'a key that no dead letter topic takes': () => ({ fill: 'key' }),
}
