import { groupId, ownFrame } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { letterOf } from '../foreign/letter.ts'
import { messageRecord, readDeadLetter } from '../testing/failingEndpoint.ts'
import { incomingLetter } from './incomingLetter.ts'
import { withTexts } from './keptHeaders.ts'

function incoming(stack: string, headers: Readonly<Record<string, string>> = {}) {
  const read = readDeadLetter('', messageRecord('', 1, { id: 'm-1' }), 1)
  const said = { 'petrel-error-message': 'The till of ada@home and ada@example.org is closed', 'petrel-error-stack': stack }
  const record = withTexts({ ...read, headers: { ...read.headers, ...said, ...headers } })
  const letter = letterOf(record, '')
  return { letter, made: incomingLetter(letter, record, { data: { note: 'for Ada', email: 'ada@home' } }) }
}

const frames = '\n    at bill (file:///app/services/billing/src/billOrder.ts:14:9)'
const stacks: [string, string][] = [
  ['of one error', `Error: order 1${frames}`],
  ['of another one at the same place', `Error: order 2${frames}`],
  ['of one that says something like a frame', `Error: it said\n  at other (file:///app/src/other.ts:3:1)${frames}`],
  [
    'of one that says something like a frame, and has others',
    `Error: it said\nat /app/src/more.ts:3:1\n  File "x.py", line 3${frames}`,
  ],
  ['of Java', 'java.lang.IllegalStateException: closed\n\tat sales.OrderService.place(OrderService.java:21)'],
  ['of Python', 'Traceback (most recent call last):\n  File "/app/bill.py", line 14, in bill\nValueError: closed'],
  ['that is very long', `Error: ${'x'.repeat(5_000)}${frames}${'\n    at node:internal/x:1:1'.repeat(500)}`],
  ['that says nothing', 'Error: closed'],
]
test.each(stacks)('a stack %s has the frame and the group that petrel finds, the second time as well', (_, stack) => {
  for (const { letter, made } of [incoming(stack), incoming(stack)]) {
    expect(made.frame).toBe(ownFrame(stack))
    expect(made.groupId).toBe(groupId(letter))
  }
})

test('what is personal is in no word, nor in what lists have; what is nobody’s is found', () => {
  const { made } = incoming(`Error: closed${frames}`, { 'x-campaign': 'Tea-2026', 'x-note': 'call ada@home', 'x-token': 'abc' })
  const words = [...made.words]
  expect(words).toEqual(expect.arrayContaining(['m-1', 'billorder', 'tea-2026', 'till', 'for', 'ada']))
  expect(words.join(' ')).not.toMatch(/@|example|abc/)
  expect(made.seen.errorMessage).toBe('The till of ••• and ••• is closed')
})
