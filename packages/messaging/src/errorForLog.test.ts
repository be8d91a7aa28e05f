import { DatabaseError } from 'pg'
import { expect, test } from 'vitest'
import { Unrecoverable } from './definition/outcome.ts'
import { errorForLog, loggedAs } from './errorForLog.ts'
import { StoreUnavailable } from './store/port.ts'
import { failureOf } from './store/postgres/failures.ts'

const ofPostgres = (code: string, fields: Partial<DatabaseError>) =>
  Object.assign(new DatabaseError(fields.message ?? '', 0, 'error'), { code, severity: 'ERROR' }, fields)

const row = 'Failing row contains (42, Ada Lovelace, ada@example.org, 12 St James Square).'
const personal = /Ada|Lovelace|ada@|St James/

test('of an error its type, its message, its code and where it was thrown are logged', () => {
  const error = Object.assign(new Unrecoverable('Order 42 has no lines.'), { code: 'EMPTY' })
  expect(errorForLog(error)).toEqual({
    type: 'Unrecoverable',
    message: 'Order 42 has no lines.',
    code: 'EMPTY',
    stack: expect.stringMatching(/^ +at .*errorForLog\.test/),
  })
})

test('a row that PostgreSQL refuses is not logged, neither by its own error nor by ours', () => {
  const message = 'new row for relation "orders" violates check constraint "has_lines"'
  const error = ofPostgres('23514', { message, detail: row, table: 'orders', where: row })
  expect(errorForLog(error)).toMatchObject({ code: '23514', message })
  expect(errorForLog(failureOf(error)).message).toBe(`${message} (table orders, SQLSTATE 23514)`)
  for (const each of [error, failureOf(error)]) expect(JSON.stringify(errorForLog(each))).not.toMatch(personal)
})

test('a value that PostgreSQL cannot read is left out of the message', () => {
  const error = ofPostgres('22P02', { message: 'invalid input syntax for type integer: "Ada Lovelace"' })
  expect(errorForLog(error).message).toBe('invalid input syntax for type integer: "…"')
  expect(errorForLog(failureOf(error)).message).toBe('invalid input syntax for type integer: "…" (SQLSTATE 22P02)')
})

test('an e-mail address that another system quotes is left out, also in the message of a cause', () => {
  const refused = new Error('550 5.1.1 <ada@example.org>: no such mailbox')
  const { message } = errorForLog(new Unrecoverable('The mail server refuses mail 7', { cause: refused }))
  expect(message).toBe('The mail server refuses mail 7: 550 5.1.1 <…@…>: no such mailbox')
})

test('a cause that is in the message already is not repeated, and where it was thrown is logged', () => {
  const cause = new Error('connect ECONNREFUSED')
  const { message, stack } = errorForLog(new StoreUnavailable('PostgreSQL: connect ECONNREFUSED', { cause }))
  expect(message).toBe('PostgreSQL: connect ECONNREFUSED')
  expect(stack).toMatch(/\ncaused by Error\n +at /)
})

test('an error with a text of its own for logs has that, and nothing of its causes', () => {
  const error = loggedAs(
    new Error("name: 'Ada Lovelace' is not an int", { cause: new TypeError('Ada Lovelace') }),
    'name: is not an int',
  )
  expect(errorForLog(error).message).toBe('name: is not an int')
  expect(JSON.stringify(errorForLog(error))).not.toMatch(personal)
})

test('a stack of many lines, and a value that was thrown instead of an error, leave nothing of a message', () => {
  expect(errorForLog(new Error('first line\nAda Lovelace\n12 St James Square')).stack).not.toMatch(personal)
  expect(errorForLog('Ada Lovelace')).toEqual({ type: 'string', message: 'What was thrown is no Error.' })
})

test('a message that quotes a megabyte is cut, and not in the middle of an address', () => {
  const { message } = errorForLog(new RangeError(`Invalid currency code: ${'x'.repeat(1_000_000)}`))
  expect(message).toBe('Invalid currency code: …')
  const words = `No mailbox. ${'so '.repeat(661)}`
  expect(words.length).toBe(1_995)
  expect(errorForLog(new Error(`${words}ada@example.org is away`)).message).toBe(`${words}…`)
})
