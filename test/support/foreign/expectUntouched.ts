import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { BrokerRecord, RecordHeaders } from '../../../packages/messaging/src/broker/port.ts'
import { failure, headerText } from '../../../packages/messaging/src/headers.ts'
import type { Fate } from './foreignAccounts.ts'
import { labelHeader } from './foreignRecords.ts'
import { asRead, headerPairs } from './headerPairs.ts'

/** Whether a dead letter is what was sent, and says what went wrong. */
export function expectUntouched({ foreign, endpoint, deadLetter }: Fate): void {
  if (deadLetter === undefined || isTwin(deadLetter, foreign.label)) return
  const { record, label } = foreign
  const { headers, key, value } = deadLetter
  expect(textsOf(headers), label).toMatchObject({
    [failure.originalTopic]: expect.stringMatching(/./),
    [failure.originalPartition]: expect.stringMatching(/^\d+$/),
    [failure.originalOffset]: expect.stringMatching(/^\d+$/),
    [failure.endpoint]: endpoint,
    [failure.errorType]: expect.stringMatching(/./),
    [failure.failedAt]: expect.stringMatching(/^\d{4}-.*Z$/),
  })
  const digest = headerText(headers, failure.bodySha256)
  if (digest === undefined) expect(value, label).toEqual(record.value)
  else expect({ digest, value }, label).toEqual({ digest: sha256(record.value), value: null })
  if (isReduced(deadLetter)) return
  expect(key, label).toEqual(record.key === null ? null : Buffer.from(record.key))
  expect(foreignOf(headers), label).toEqual(foreignOf(asRead(record)))
}

/** Another record with the same source and id waits for both. */
const isTwin = ({ headers }: BrokerRecord, label: string) => ![undefined, label].includes(headerText(headers, labelHeader))

/** What is not needed to find it was left out, since even without its body it was too large. */
const isReduced = ({ headers }: BrokerRecord) => headerText(headers, failure.attempts) === undefined

const ours = new Set<string>(Object.values(failure).filter((name) => name !== failure.replayOf))
const foreignOf = (headers: RecordHeaders) =>
  headerPairs(headers)
    .filter(([name]) => !ours.has(name))
    .map(([name, content]) => [name, Buffer.from(content).toString('base64')])

const textsOf = (headers: RecordHeaders) =>
  Object.fromEntries(Object.values(failure).map((name) => [name, headerText(headers, name)]))

const sha256 = (value: Buffer | null) =>
  createHash('sha256')
    .update(value ?? '')
    .digest('hex')
