import { DatabaseError } from 'pg'
import { AlreadyHandled, SagaConflict, StoreUnavailable, WriteRefused } from '../port.ts'

export type SaveFailure = AlreadyHandled | SagaConflict | StoreUnavailable | WriteRefused

/** Raised by the function petrel_require_none. */
const sagaChanged = 'PS001'
const uniqueViolation = '23505'

/**
 * SQLSTATE classes (https://www.postgresql.org/docs/18/errcodes-appendix.html) where what was asked is at fault: bad data,
 * constraints, a check option, syntax or missing tables and columns, limits of a row or index, `raise exception` in a trigger.
 * Everything else, lock and statement time-outs included, is the store's.
 */
const fromWhatWasAsked = new Set(['0A', '21', '22', '23', '42', '44', '54', 'P0'])

/** What an error of pg means for a batch. The original is kept as its cause. */
export function failureOf(error: unknown): SaveFailure {
  if (isKnown(error)) return error
  if (!(error instanceof DatabaseError)) return new StoreUnavailable(`PostgreSQL: ${messageOf(error)}`, { cause: error })
  const { code = '', constraint } = error
  if (code === sagaChanged || isConflictOn('petrel_saga_pkey', code, constraint))
    return new SagaConflict(error.message, { cause: error })
  if (isConflictOn('petrel_inbox_pkey', code, constraint))
    return new AlreadyHandled(error.detail ?? error.message, { cause: error })
  if (fromWhatWasAsked.has(code.slice(0, 2)) && !concernsPetrelsTables(error))
    return new WriteRefused(describe(error), { cause: error })
  return new StoreUnavailable(`PostgreSQL: ${error.message} (SQLSTATE ${code})`, { cause: error })
}

const isKnown = (error: unknown): error is SaveFailure =>
  error instanceof StoreUnavailable ||
  error instanceof WriteRefused ||
  error instanceof AlreadyHandled ||
  error instanceof SagaConflict

const isConflictOn = (key: string, code: string, constraint: string | undefined) => code === uniqueViolation && constraint === key

/** A library table that is missing or may not be written is no message's fault: the deploy step was left out. */
const concernsPetrelsTables = ({ code = '', message }: DatabaseError) => code.startsWith('42') && /\bpetrel_/.test(message)

function describe({ message, detail, table, column, constraint, code }: DatabaseError): string {
  const place = [table, column].filter((part) => part !== undefined).join('.')
  const where = [place && `table ${place}`, constraint && `constraint ${constraint}`, `SQLSTATE ${code}`].filter(Boolean)
  return `${message} (${where.join(', ')})${detail === undefined ? '' : `: ${detail}`}`
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message || error.name : String(error))
