import { DatabaseError } from 'pg'
import { describe, expect, test } from 'vitest'
import { AlreadyHandled, LockNotFree, SagaConflict, StoreUnavailable, WriteRefused } from '../port.ts'
import { failureOf, refused, unavailable } from './failures.ts'

const databaseError = (code: string, more: Partial<DatabaseError> = {}) =>
  Object.assign(new DatabaseError(more.message ?? 'it went wrong', 0, 'error'), { code, severity: 'ERROR', ...more })

const networkError = (code: string) => Object.assign(new Error(`read ${code}`), { code })

describe('conflicts', () => {
  test.each([
    ['a message that is in the inbox', databaseError('23505', { constraint: 'petrel_inbox_pkey' }), AlreadyHandled],
    ['a saga that another replica began', databaseError('23505', { constraint: 'petrel_saga_pkey' }), SagaConflict],
    ['a saga that another replica changed', databaseError('PS001'), SagaConflict],
  ])('%s', (_, error, meaning) => expectFailure(error, meaning))
})

describe('what passes: no message is at fault, and it is tried again', () => {
  test.each([
    ['a connection that does not exist any more', '08003'],
    ['a connection that failed', '08006'],
    ['a serialization failure', '40001'],
    ['a statement whose end is unknown', '40003'],
    ['a deadlock', '40P01'],
    ['a full disk', '53100'],
    ['too little memory', '53200'],
    ['too many connections', '53300'],
    ['a server that shuts down', '57P01'],
    ['a server that has crashed', '57P02'],
    ['a server that starts', '57P03'],
    ['a database that was dropped', '57P04'],
    ['a session that was idle for too long', '57P05'],
    ['a file of the server that is missing', '58P01'],
    ['an I/O error', '58030'],
    ['a server that has become a standby', '25006'],
  ])('%s', (_, code) => expectFailure(databaseError(code), StoreUnavailable))

  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'EHOSTDOWN',
    'ENETUNREACH',
    'ENETDOWN',
    'ENETRESET',
    'EADDRNOTAVAIL',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ERR_STREAM_DESTROYED',
    'ERR_STREAM_WRITE_AFTER_END',
  ])('the network error %s', (code) => expectFailure(networkError(code), StoreUnavailable))

  test.each([
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout expired',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Cannot use a pool after calling end on the pool',
    'Received unexpected commandComplete message from backend.',
  ])('pg’s error "%s"', (message) => expectFailure(new Error(message), StoreUnavailable))

  test.each([
    ['a library table that does not exist', '42P01', 'relation "petrel_inbox" does not exist'],
    ['a library table that may not be written', '42501', 'permission denied for table petrel_outbox'],
    ['a library column that does not exist', '42703', 'column "id" of relation "petrel_scheduled" does not exist'],
    ['a library function that does not exist', '42883', 'function petrel_require_none(bigint) does not exist'],
  ])('%s', (_, code, message) => expectFailure(databaseError(code, { message }), StoreUnavailable))

  test('a lock that was not free in time: others can be saved meanwhile', () => {
    expectFailure(databaseError('55P03'), LockNotFree)
  })

  test('a session that a pooler ends, which has the state of a protocol violation', () => {
    expectFailure(databaseError('08P01', { severity: 'FATAL' }), StoreUnavailable)
  })
})

describe('what is refused: everything else, since one of the messages has caused it', () => {
  test.each([
    ['a row that exists', '23505'],
    ['a foreign key', '23503'],
    ['a null where none may be', '23502'],
    ['a number that does not fit', '22003'],
    ['a text with a NUL character', '22021'],
    ['a value too few', '08P01'],
    ['a text too long for its index', '54000'],
    ['an exception that a trigger raises', 'P0001'],
    ['an exception with the state 45000', '45000'],
    ['an exception with a state of the service’s own', 'U0001'],
    ['an exception of an external routine', '38000'],
    ['a trigger that changes what was triggered', '27000'],
    ['a statement that took too long', '57014'],
    ['a transaction that was idle for too long', '25P03'],
    ['a transaction that has failed before', '25P02'],
    ['a feature that PostgreSQL does not have', '0A000'],
    ['an internal error', 'XX000'],
    ['a wrong password for a server that a query connects to', '28P01'],
    ['a state that is unknown', 'ZZ999'],
    ['no state', ''],
  ])('%s', (_, code) => expectFailure(databaseError(code), WriteRefused))

  test.each([
    ['a table that does not exist', '42P01', 'relation "orders" does not exist'],
    ['a table whose name begins like the library’s', '42P01', 'relation "petrel_feathers" does not exist'],
    ['a prepared statement of a handler', '26000', 'prepared statement "mine" does not exist'],
  ])('%s', (_, code, message) => expectFailure(databaseError(code, { message }), WriteRefused))

  test.each([
    ['an error of the encoding', new TypeError('4 is not a text')],
    ['an error that only mentions the network', new Error('the handler wrote: Connection terminated')],
    ['something that is no error', 'a string'],
    ['nothing', undefined],
  ])('%s', (_, error) => expectFailure(error, WriteRefused))
})

function expectFailure(error: unknown, meaning: new (message: string) => Error): void {
  const failure = failureOf(error)
  expect(failure).toBeInstanceOf(meaning)
  expect(failure.cause).toBe(error)
}

test('an error of connecting, reading or cleaning is always the store’s: no message can be at fault', () => {
  for (const error of [databaseError('28P01'), databaseError('57014'), new AggregateError([], ''), 'a string'])
    expect(unavailable(error)).toMatchObject({ name: 'StoreUnavailable', cause: error })
})

test('an error of encoding is always a message’s: nothing has left the process', () => {
  for (const error of [networkError('ECONNRESET'), new RangeError('index out of range'), 'a string'])
    expect(refused(error)).toMatchObject({ name: 'WriteRefused', cause: error })
})

test('a refused write says which table, column and constraint, and has no row of PostgreSQL’s detail', () => {
  const error = databaseError('23505', {
    message: 'duplicate key value violates unique constraint "orders_pkey"',
    table: 'orders',
    constraint: 'orders_pkey',
    detail: 'Key (id)=(17) already exists.',
  })
  expect(failureOf(error).message).toBe(
    'duplicate key value violates unique constraint "orders_pkey" (table orders, constraint orders_pkey, SQLSTATE 23505)',
  )
})

test('a failure that has a meaning keeps it', () => {
  const known = new WriteRefused('orders.id: 4 is not a text')
  expect(failureOf(known)).toBe(known)
  expect(refused(known)).toBe(known)
})
