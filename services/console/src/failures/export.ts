import type { Failure } from './list.ts'

const columns = [
  'id',
  'messageId',
  'source',
  'endpoint',
  'type',
  'key',
  'conversationId',
  'traceId',
  'state',
  'errorType',
  'errorMessage',
  'frame',
  'handler',
  'attempts',
  'replays',
  'firstFailedAt',
  'lastFailedAt',
  'sentAt',
  'decodable',
  'foreign',
] as const satisfies readonly (keyof Failure)[]

/** As CSV (RFC 4180), with a line of names. */
export async function* asCsv(failures: AsyncIterable<Failure>): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`
  for await (const failure of failures) yield `${columns.map((name) => cell(failure[name])).join(',')}\r\n`
}

function cell(value: string | number | boolean | Date | null): string {
  const text = value instanceof Date ? value.toISOString() : String(value ?? '')
  return /[",\r\n]/.test(safe(text)) ? `"${safe(text).replaceAll('"', '""')}"` : safe(text)
}

/** A spreadsheet would take it for a formula (https://owasp.org/www-community/attacks/CSV_Injection). */
const safe = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)

/** As one JSON array. */
export async function* asJson(failures: AsyncIterable<Failure>): AsyncGenerator<string> {
  let before = '['
  for await (const failure of failures) {
    yield before + JSON.stringify(failure)
    before = ',\n'
  }
  yield before === '[' ? '[]' : ']'
}
