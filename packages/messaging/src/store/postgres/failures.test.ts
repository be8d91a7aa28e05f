import { DatabaseError } from 'pg'
import { describe, expect, test } from 'vitest'
import { AlreadyHandled, SagaConflict, StoreUnavailable, WriteRefused } from '../port.ts'
import { failureOf } from './failures.ts'

const databaseError = (code: string, more: Partial<DatabaseError> = {}) =>
  Object.assign(new DatabaseError(more.message ?? 'it went wrong', 0, 'error'), { code, ...more })

describe('what an error of the database means for a batch', () => {
  test.each([
    ['a message that is in the inbox', databaseError('23505', { constraint: 'petrel_inbox_pkey' }), AlreadyHandled],
    ['a saga that another replica began', databaseError('23505', { constraint: 'petrel_saga_pkey' }), SagaConflict],
    ['a saga that another replica changed', databaseError('PS001'), SagaConflict],
    ['a row that is there already', databaseError('23505', { constraint: 'orders_pkey' }), WriteRefused],
    ['a foreign key', databaseError('23503'), WriteRefused],
    ['a null where none may be', databaseError('23502'), WriteRefused],
    ['a number that does not fit', databaseError('22003'), WriteRefused],
    ['a table nobody has made', databaseError('42P01', { message: 'relation "orders" does not exist' }), WriteRefused],
    ['a text too long for its index', databaseError('54000'), WriteRefused],
    ['a trigger that objects', databaseError('P0001'), WriteRefused],
    [
      'a library table nobody has made',
      databaseError('42P01', { message: 'relation "petrel_inbox" does not exist' }),
      StoreUnavailable,
    ],
    ['a deadlock', databaseError('40P01'), StoreUnavailable],
    ['a serialization failure', databaseError('40001'), StoreUnavailable],
    ['a full disk', databaseError('53100'), StoreUnavailable],
    ['too many connections', databaseError('53300'), StoreUnavailable],
    ['a lock not had in time', databaseError('55P03'), StoreUnavailable],
    ['a statement that took too long', databaseError('57014'), StoreUnavailable],
    ['a server that shuts down', databaseError('57P01'), StoreUnavailable],
    ['a server that has become a standby', databaseError('25006'), StoreUnavailable],
    ['an I/O error', databaseError('58030'), StoreUnavailable],
    ['a wrong password', databaseError('28P01'), StoreUnavailable],
    ['a code nobody knows', databaseError('ZZ999'), StoreUnavailable],
    ['a connection that broke', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), StoreUnavailable],
    ['no server at all', new AggregateError([], ''), StoreUnavailable],
    ['something that is no error', 'a string', StoreUnavailable],
  ])('%s', (_, error, meaning) => {
    const failure = failureOf(error)
    expect(failure).toBeInstanceOf(meaning)
    expect(failure.cause).toBe(error)
  })

  test('a refused write says which table, column and constraint, and what PostgreSQL says of it', () => {
    const error = databaseError('23505', {
      message: 'duplicate key value violates unique constraint "orders_pkey"',
      table: 'orders',
      constraint: 'orders_pkey',
      detail: 'Key (id)=(17) already exists.',
    })
    expect(failureOf(error).message).toBe(
      'duplicate key value violates unique constraint "orders_pkey" (table orders, constraint orders_pkey, SQLSTATE 23505): Key (id)=(17) already exists.',
    )
  })

  test('a failure that was told already stays what it is', () => {
    const told = new WriteRefused('orders.id: 4 is not a text')
    expect(failureOf(told)).toBe(told)
  })
})
