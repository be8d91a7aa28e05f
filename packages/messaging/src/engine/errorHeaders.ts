import type { RecordHeaders } from '../broker/port.ts'
import { framesWithCauses, messageForLog, withoutAddresses } from '../errorForLog.ts'
import { failure } from '../headers.ts'

/**
 * An error as headers: type, message and stack, each cut when it is too long, and without values of the message, as in a log:
 * headers are copied, listed and searched where nobody expects a customer.
 */
export function errorHeaders(error: unknown): RecordHeaders {
  const { type, message, stack } = describe(error)
  return {
    [failure.errorType]: cut(type),
    [failure.errorMessage]: cut(message),
    [failure.errorStack]: cut(stack),
  }
}

/** The class of an error; for anything else that was thrown, what `typeof` says. */
export const errorType = (error: unknown): string => describe(error).type

/** A handler may throw anything. Even a value that is hard to describe must not keep its message from its destination. */
function describe(error: unknown): { type: string; message: string; stack: string } {
  // An object may be the message itself.
  if (!(error instanceof Error)) return { type: typeof error, message: withoutAddresses(error), stack: '' }
  const { name, constructor }: { name: unknown; constructor: { name: string } } = error
  const type = typeof name === 'string' && name !== 'Error' ? name : constructor.name
  const message = messageForLog(error)
  return { type, message, stack: `${type}: ${message}\n${framesWithCauses(error)}` }
}

const headerLimitBytes = 16 * 1024

/** Headers count towards the size limit of a record. So a long text is cut, between two characters. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= headerLimitBytes) return text
  const bytes = Buffer.from(text)
  let end = headerLimitBytes - Buffer.byteLength('…')
  while (isInsideCharacter(bytes[end])) end -= 1
  return `${bytes.toString('utf8', 0, end)}…`
}

/** UTF-8's continuation bytes (https://www.rfc-editor.org/rfc/rfc3629#section-3). */
const isInsideCharacter = (byte = 0) => (byte & 0b1100_0000) === 0b1000_0000
