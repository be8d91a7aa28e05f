import { DatabaseError } from 'pg'
import { NotLetIn } from '../../connections/notLetIn.ts'
import { loggedAs, messageForLog } from '../../errorForLog.ts'
import { AlreadyHandled, LockNotFree, SagaConflict, StoreUnavailable, WriteRefused } from '../port.ts'

// The rule: what is on the lists below is no message's fault and passes (StoreUnavailable: try again). Everything else is
// the fault of what a message wrote (WriteRefused: find the message). The lists name what passes, and not what is permanent,
// since a permanent error taken for a passing one stops its lane for ever.
// https://www.postgresql.org/docs/18/errcodes-appendix.html

const passingClasses = new Set([
  '08', // the connection
  '53', // resources: a full disk, no memory, too many connections
  '58', // the system under PostgreSQL: input and output
])

const passingStates = new Set([
  '40001', // serialization failure
  '40003', // statement completion unknown
  '40P01', // deadlock
  '25006', // read-only: the server has become a standby
  '57P01', // the server shuts down
  '57P02', // the server has crashed
  '57P03', // the server starts
  '57P04', // the database was dropped
  '57P05', // the session was idle for too long, outside of a transaction
])

/** Codes of errors that Node raises for the network. */
const networkCodes = new Set([
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
])

/** How the errors begin that pg (8.23) raises for a lost connection or a time-out. They have no code. */
const lostConnection =
  /^(Connection terminated|Query read timeout|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|Received unexpected \w+ message from backend)/

/** Whoever holds the lock lets go, at the latest when its transaction has been idle for too long. */
const lockNotAvailable = '55P03'
const uniqueViolation = '23505'
const protocolViolation = '08P01'
/** Raised by the function petrel_require_none. */
const sagaChanged = 'PS001'

export type SaveFailure = AlreadyHandled | SagaConflict | StoreUnavailable | WriteRefused

/** What an error of pg means for what was to be written. The original is kept as its cause. */
export function failureOf(error: unknown): SaveFailure {
  if (isSaveFailure(error)) return error
  if (!(error instanceof DatabaseError)) return isLostConnection(error) ? unavailable(error) : refused(error)
  const { code = '', constraint } = error
  if (code === sagaChanged || isConflictOn('petrel_saga_pkey', code, constraint))
    return new SagaConflict(error.message, { cause: error })
  if (isConflictOn('petrel_inbox_pkey', code, constraint)) return new AlreadyHandled(error.message, { cause: error })
  if (code === lockNotAvailable) return new LockNotFree(`PostgreSQL: ${error.message} (SQLSTATE ${code})`, { cause: error })
  return isPassing(error) || isMissingDeployment(error) ? unavailable(error) : refused(error)
}

/** What every error of connecting, reading and cleaning means: no message can be at fault. */
export function unavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error
  if (error instanceof NotLetIn) return new StoreUnavailable(error.message, { cause: error })
  const state = error instanceof DatabaseError ? ` (SQLSTATE ${error.code})` : ''
  return new StoreUnavailable(`PostgreSQL: ${messageOf(error)}${state}`, { cause: error })
}

/** Whether an error of connecting may pass: nobody answers there yet, or the server starts or has too many guests. */
export const isStoreAway = (error: unknown): boolean =>
  error instanceof DatabaseError ? isPassing(error) : isLostConnection(error)

/** What every error of encoding means: it has not left the process, so one of the messages has caused it. */
export function refused(error: unknown): WriteRefused {
  if (error instanceof WriteRefused) return error
  if (!(error instanceof DatabaseError)) return new WriteRefused(messageOf(error), { cause: error })
  // Without PostgreSQL's detail, which may be a whole row; and its own message is in this one.
  const text = messageForLog(error) + placeOf(error)
  return loggedAs(new WriteRefused(text, { cause: error }), text)
}

const isSaveFailure = (error: unknown): error is SaveFailure =>
  error instanceof StoreUnavailable ||
  error instanceof WriteRefused ||
  error instanceof AlreadyHandled ||
  error instanceof SagaConflict

function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return lostConnection.test(error.message) || ('code' in error && networkCodes.has(String(error.code)))
}

const isConflictOn = (key: string, code: string, constraint: string | undefined) => code === uniqueViolation && constraint === key

function isPassing({ code = '', severity }: DatabaseError): boolean {
  // A pooler ends sessions with this state (FATAL); a query with the wrong number of values gets it as well (ERROR).
  if (code === protocolViolation) return severity !== 'ERROR'
  return passingClasses.has(code.slice(0, 2)) || passingStates.has(code)
}

const petrelsOwn = /\bpetrel_(inbox|outbox|position|saga|scheduled|former_keys|endpoint|migrations|require_none)\b/

/** The library's own tables are missing or may not be written: an operator mends it, and then everything can be saved. */
const isMissingDeployment = ({ code = '', message }: DatabaseError) => code.startsWith('42') && petrelsOwn.test(message)

function placeOf({ table, column, constraint, code }: DatabaseError): string {
  const place = [table, column].filter((part) => part !== undefined).join('.')
  const where = [place && `table ${place}`, constraint && `constraint ${constraint}`, `SQLSTATE ${code}`].filter(Boolean)
  return ` (${where.join(', ')})`
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message || error.name : String(error))
