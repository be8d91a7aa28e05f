/**
 * What a log, and a header of a dead letter, may have of an error. Errors carry values of messages, and those are customers' data:
 * PostgreSQL's `detail` has whole rows, a mail server quotes addresses. So type, message, code and stack are kept, and every other
 * field is dropped. Who may see the message finds the values in the body of its dead letter.
 */
export interface ErrorForLog {
  readonly type: string
  readonly message: string
  readonly code?: string | number
  /** Where it was thrown, and its causes; without messages. */
  readonly stack?: string
}

/** For pino's `serializers`: what is thrown need not be an error. */
export function errorForLog(error: unknown): ErrorForLog {
  if (!(error instanceof Error)) return { type: typeof error, message: 'What was thrown is no Error.' }
  const { code } = error as { code?: unknown }
  const hasCode = typeof code === 'string' || typeof code === 'number'
  return { type: typeOf(error), message: messageWithCauses(error), ...(hasCode && { code }), stack: framesWithCauses(error) }
}

/** Gives an error a text of its own for logs, since its message has values in it. Not enumerable, as `message` is not. */
export function loggedAs<E extends Error>(error: E, text: string): E {
  return Object.defineProperty(error, forLog, { value: text })
}

/** The message of an error, without values of the message that was handled. */
export function messageForLog(error: Error): string {
  const own = (error as { [forLog]?: string })[forLog]
  const text = own ?? (isDataException(error) ? error.message.replaceAll(quoted, '"…"') : error.message)
  return withoutAddresses(text)
}

/** @param text may be anything: a handler may throw what it likes */
export const withoutAddresses = (text: unknown): string =>
  shortened(typeof text === 'string' ? text : typeof text).replaceAll(address, '…@…')

/** In characters. An error may quote a value of a megabyte: a log is not the place, and to look for addresses takes the square of it. */
const longestMessage = 2_000

/** Without the word in which it is cut: half an address would not be known as one. */
const shortened = (text: string): string =>
  text.length <= longestMessage ? text : `${text.slice(0, longestMessage).replace(/\S*$/, '')}…`

const forLog = Symbol('petrel.forLog')

const quoted = /"[^"]*"/g
/** As others write it into their errors; longer than any regular expression for valid ones needs to be. */
const address = /[^\s<>"'(),;:[\]]+@[^\s<>"'(),;:[\]]+/g

/** `invalid input syntax for type integer: "…"`: https://www.postgresql.org/docs/18/errcodes-appendix.html, class 22 */
const isDataException = (error: Error) => 'severity' in error && 'code' in error && String(error.code).startsWith('22')

/** With the messages of its causes, unless it repeats them, or has a text of its own for logs. */
function messageWithCauses(error: Error, depth = 0): string {
  const message = messageForLog(error)
  const { cause } = error
  if (forLog in error || !(cause instanceof Error) || depth > 3) return message
  const why = messageWithCauses(cause, depth + 1)
  return why === '' || error.message.includes(cause.message) ? message : `${message}: ${why}`
}

export function framesWithCauses(error: Error, depth = 0): string {
  const { cause } = error
  const below = cause instanceof Error && depth <= 3 ? `\ncaused by ${typeOf(cause)}\n${framesWithCauses(cause, depth + 1)}` : ''
  return frames(error) + below
}

/** A stack begins with the message, which may have several lines. */
const frames = ({ stack }: { readonly stack?: unknown }) =>
  (typeof stack === 'string' ? stack : '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')

const typeOf = ({ name, constructor }: Error) => (name === 'Error' ? constructor.name : name)
