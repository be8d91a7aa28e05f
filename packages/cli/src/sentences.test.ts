import type { DiscardReport, Failure, ReplayReport, RestoreReport } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { discardSentences } from './discardFailures.ts'
import { ageNote, failureNotes } from './failureNotes.ts'
import { replaySentences } from './replayFailures.ts'
import { restoreSentences } from './restoreFailures.ts'

const nothing: ReplayReport & DiscardReport = {
  replayed: 0,
  count: 0,
  already: [],
  discarded: [],
  unknown: [],
  shared: [],
  unsendable: [],
}

test('a replay says for each id what became of it', () => {
  const report = {
    ...nothing,
    replayed: 2,
    shared: [{ id: 'm-1', sources: ['sales', 'shop'] }],
    already: ['m-2'],
    discarded: [{ id: 'm-3', source: 'sales', by: 'ada@laptop', at: '2026-01-02T03:04:05.000Z', reason: 'invented' }],
    unknown: ['m-4'],
    unsendable: [{ id: 'm-5', source: 'sales', reason: 'It is too large.' }],
  }
  expect(replaySentences('billing', report)).toEqual([
    'Sent 2 messages back to billing.',
    '2 messages have the id m-1: from sales and shop. All of them were taken; --source takes one.',
    'm-2 was sent back before, and has not failed since.',
    'm-3 was discarded by ada@laptop on 2026-01-02T03:04:05.000Z: invented',
    'm-4 never failed at billing. petrel failures --endpoint billing shows the ids.',
    'm-5 from sales cannot be sent and still waits. It is too large.',
  ])
})

test('nothing to send or to discard is said, too', () => {
  expect(replaySentences('billing', nothing)).toEqual([
    'Sent nothing back to billing: no message that was asked for waits there.',
  ])
  expect(discardSentences('billing', nothing)).toEqual([
    'Discarded nothing of billing: no message that was asked for waits there.',
  ])
})

test('what is discarded is still there to be seen', () => {
  expect(discardSentences('billing', { ...nothing, count: 1 })).toEqual([
    'Discarded 1 message of billing. petrel failures --all still shows it.',
  ])
})

test('a restore says for each id what became of it', () => {
  const none: RestoreReport = { count: 0, waiting: [], replayed: [], unknown: [], shared: [] }
  expect(restoreSentences('billing', { ...none, count: 2, shared: [{ id: 'm-1', sources: ['sales', 'shop'] }] })).toEqual([
    '2 messages of billing wait again. petrel failures shows them.',
    '2 messages have the id m-1: from sales and shop. All of them were taken; --source takes one.',
  ])
  expect(restoreSentences('billing', { ...none, waiting: ['m-2'], replayed: ['m-3'], unknown: ['m-4'] })).toEqual([
    'Restored nothing of billing: no message that was asked for is discarded there.',
    'm-2 waits already.',
    'm-3 was sent back, and has not failed since.',
    'm-4 never failed at billing. petrel failures --endpoint billing shows the ids.',
  ])
})

const failure: Failure = {
  id: 'm-1',
  source: 'sales',
  endpoint: 'billing',
  type: 'sales.OrderPlaced',
  key: 'order-1',
  conversationId: 'c-1',
  traceId: undefined,
  errorType: 'Error',
  errorMessage: 'no',
  errorStack: '',
  handler: undefined,
  attempts: 1,
  sentAt: '2026-01-02T03:04:05.000Z',
  outlivedInbox: false,
  firstFailedAt: '2026-01-02T03:04:05.000Z',
  lastFailedAt: '2026-01-02T03:04:05.000Z',
  original: { topic: 'sales.order-placed', partition: 2, offset: '17' },
  deadLetter: { topic: 'billing.dlt', partition: 0, offset: '3' },
  leftOutBody: undefined,
  refusedBy: undefined,
  discarded: undefined,
}

test('a failure without its body, and one that a topic refused, have a note that says so', () => {
  expect(failureNotes([failure])).toEqual([])
  expect(failureNotes([{ ...failure, leftOutBody: { bytes: 3_000_000, sha256: 'x' } }])).toEqual([
    'm-1: its body of 3000000 bytes did not fit into billing.dlt. It is in sales.order-placed/2/17 as long as that record is kept; a replay fetches it from there.',
  ])
  expect(failureNotes([{ ...failure, refusedBy: 'billing.order-billed' }])).toEqual([
    'm-1: billing itself produced this message, and billing.order-billed refused it. A replay sends it there.',
  ])
})

test('a failure that is older than the inbox remembers has a note that says what is true of it', () => {
  expect(ageNote([failure])).toEqual([])
  expect(ageNote([failure, { ...failure, outlivedInbox: true }]).join(' ')).toBe(
    '1 message was sent more than 7 d ago, which is longer than an inbox remembers. A dead letter itself was never handled. ' +
      'But if a copy of its message was (it was produced twice, or a replay was interrupted), the inbox may have forgotten that, and a replay handles the message a second time.',
  )
})
