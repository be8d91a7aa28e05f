import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from './logEntry.ts'
import { shownEntry, shownText } from './serviceLog.ts'

const time = new Date(2026, 10, 26, 13, 44, 22).getTime()
const warning = { level: 40, time, name: 'sales' }

const shown = (entry: object, service = 'sales') => {
  const line = shownEntry(service, parse(JSON.stringify(entry)) ?? {})
  return line && { ...line, text: stripVTControlCharacters(line.text) }
}

const kindOf = (msg: string, service?: string) => shown({ ...warning, msg }, service)?.kind

const failed = {
  ...warning,
  msg: 'message failed: it is tried again later',
  messageId: '01a21809-c0a7-7906-ab4d-000000000001',
  type: 'sales.PlaceOrder',
  handler: 'placeOrder',
  tries: 3,
  err: { type: 'Error', message: 'sales was broken on purpose\nby a person' },
  key: '01a21809-c0a7-7906-ab4d-a75e30cc21d4',
  to: 'sales.retry.2s',
  delayMs: 2000,
}

test('a warning is shown in words, with its cause, at local time', () => {
  const line = shown({ ...warning, msg: 'the gateway is away', err: { message: 'connect ECONNREFUSED' } })
  expect(line?.text).toBe('13:44:22 sales            WARN  the gateway is away: connect ECONNREFUSED')
})

test('information stays in the file', () => {
  expect(shown({ ...warning, level: 30, msg: 'sales is handling messages' })).toBeUndefined()
})

test('a message that failed is shown with its order, its tries and when it is tried again', () => {
  const line = shown(failed)
  expect(line?.text).toBe(
    '13:44:22 sales            WARN  PlaceOrder 30cc21d4 failed 3 times; again in 2 s: sales was broken on purpose',
  )
})

test('a message that failed for good is shown with what a person can do', () => {
  const line = shown({ ...failed, level: 50, tries: 12, to: 'sales.dlt', delayMs: undefined })
  expect(line?.text).toContain('ERROR PlaceOrder 30cc21d4 failed 12 times; it waits for a person: npx petrel failures: sales was')
})

test.for([
  [{ delayMs: undefined, until: time + 4000 }, 'again in 4 s'],
  [{ delayMs: undefined, until: new Date(time + 1500).toISOString() }, 'again in 1.5 s'],
  [{ delayMs: undefined }, 'again in 2 s'],
  [{ delayMs: undefined, to: undefined }, 'it is tried again'],
  [{ key: undefined }, 'PlaceOrder 00000001 failed 3 times'],
  [{ type: undefined, tries: 1 }, 'A message 30cc21d4 failed once'],
  [{ err: undefined }, 'again in 2 s'],
] as const)('what is missing in the log line is left out: %o', ([change, words]) => {
  expect(shown({ ...failed, ...change })?.text).toContain(words)
})

test('the failures of many orders are of one kind; those of another try, or of another service, are not', () => {
  const kind = shown(failed)?.kind
  expect(shown({ ...failed, key: 'another-order' })?.kind).toBe(kind)
  expect(shown({ ...failed, tries: 6 })?.kind).not.toBe(kind)
  expect(shown(failed, 'stock')?.kind).not.toBe(kind)
})

test('warnings that differ in times, ports and ids only are of one kind, whichever service logs them', () => {
  expect(kindOf('the consumer of sales ended', 'sales')).toBe(kindOf('the consumer of billing ended', 'billing'))
  const first = kindOf('cannot save 12 rows of 01a21809-c0a7-7906-ab4d-a75e30cc21d4; trying again in 100 ms')
  expect(kindOf('cannot save 7 rows of 01a21809-c0a7-7906-ab4d-ffffffffffff; trying again in 3200 ms', 'billing')).toBe(first)
  expect(kindOf('cannot read a batch; trying again in 100 ms')).not.toBe(first)
})

test('only a failed message is about a message: a warning may be the consequence of an outage', () => {
  expect(shown(failed)?.isAboutMessage).toBe(true)
  expect(shown({ ...warning, msg: 'cannot save a batch' })?.isAboutMessage).toBe(false)
})

test('of a crash the error is shown, and the stack frames stay in the file', () => {
  const crash = [
    'file:///petrel/main.ts:3',
    '  throw new Error("no")',
    '        ^',
    '',
    'Error: no',
    '    at main.ts:3:1',
    '',
    'Node.js v24.21.0',
  ]
  const lines = crash.map((line) => shownText('billing', line)?.text).filter((line) => line !== undefined)
  expect(lines).toEqual(['billing                   file:///petrel/main.ts:3', 'billing                   Error: no'])
})
