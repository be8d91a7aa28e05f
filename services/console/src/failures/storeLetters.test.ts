import { expect, test } from 'vitest'
import { letterOf } from '../foreign/letter.ts'
import { messageRecord, readDeadLetter } from '../testing/failingEndpoint.ts'
import { incomingLetter } from './incomingLetter.ts'
import { withTexts } from './keptHeaders.ts'
import { letterWriter } from './storeLetters.ts'

/** A message that failed at some second, as its dead letter at some offset says. */
function letter(id: string, offset: number, second: number) {
  const read = readDeadLetter('', messageRecord('', 1, { id }), offset)
  const failedAt = new Date(Date.UTC(2026, 0, 2, 3, 4, second)).toISOString()
  const record = withTexts({ ...read, headers: { ...read.headers, 'petrel-failed-at': failedAt } })
  return incomingLetter(letterOf(record, ''), record, { problem: 'Nobody knows its schema.' })
}

function rowsOf(...letters: ReturnType<typeof letter>[]) {
  const writer = letterWriter()
  for (const each of letters) writer.add(each)
  const { statements, news, newest } = writer.take()
  return {
    tables: statements.map(({ text }) => /^insert into (\w+)/.exec(text)?.[1]),
    news: news.map(({ place }) => place),
    newest: newest.map(({ place }) => place),
  }
}

const once = ['letter', 'failure', 'failure_search']

test('each table gets one statement, however many letters there are', () => {
  const all = Array.from({ length: 3 }, (_, offset) => letter(`m-${offset}`, offset, 5))
  const places = ['billing.dlt/0/0', 'billing.dlt/0/1', 'billing.dlt/0/2']
  expect(rowsOf(...all)).toEqual({ tables: once, news: places, newest: places })
})

test('of a message that failed several times the newest letter comes in a statement of its own, behind the first one', () => {
  const rows = rowsOf(letter('m-1', 1, 5), letter('m-2', 2, 6), letter('m-1', 3, 9), letter('m-1', 4, 7))
  expect(rows.tables).toEqual([...once, 'failure', 'failure_search'])
  expect(rows.newest).toEqual(['billing.dlt/0/3', 'billing.dlt/0/2'])
  expect(rows.news).toHaveLength(4)
  expect(rowsOf(letter('m-1', 3, 9), letter('m-1', 4, 7)).tables).toEqual(once)
})

test('a letter that is read twice is written once; what is at its place after its topic was made anew is written behind it', () => {
  expect(rowsOf(letter('m-1', 1, 5), letter('m-1', 1, 5)).tables).toEqual(once)
  expect(rowsOf(letter('m-1', 1, 5), letter('m-2', 1, 6)).tables).toEqual(['letter', ...once])
})

test('nothing to write is no statement', () => {
  expect(rowsOf()).toEqual({ tables: [], news: [], newest: [] })
})
