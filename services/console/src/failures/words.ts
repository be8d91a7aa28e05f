// What can be found of a failure, as words of our own: PostgreSQL's parser would take ids and numbers apart in ways nobody expects,
// and trigrams are an extension that not every server has.
import { recently } from './recently.ts'

const most = { words: 1_000, text: 8_000, word: 100 }

/** The words by which these texts are found: each run of letters and digits, parts of `CamelCase`, and whole ids, times and addresses. */
export function wordsOf(texts: Iterable<string>): ReadonlySet<string> {
  const words = new Set<string>()
  for (const text of texts) {
    if (isOneChunk(text)) addWords(text, words)
    else for (const chunk of text.slice(0, most.text).split(/\s+/u)) addWords(chunk, words)
    if (words.size >= most.words) break
  }
  return words
}

const isOneChunk = (text: string): boolean => text.length <= mostRecent.length && !/\s/u.test(text)

function addWords(chunk: string, words: Set<string>): void {
  for (const word of isOften(chunk) ? recentWordsIn(chunk) : wordsIn(chunk)) if (words.size < most.words) words.add(word)
}

/** Of an id and of what is long there is no other. */
const isOften = (chunk: string): boolean => chunk.length <= mostRecent.length && !isId.test(chunk)

function wordsIn(chunk: string): readonly string[] {
  const whole = trimmed(chunk.toWellFormed().replaceAll('\0', ''))
  // Nobody looks for a part of one, but for its beginning.
  if (isId.test(whole)) return [whole.toLowerCase()]
  const found = [whole, ...partsOf(whole)].flatMap((part) => (hasOneKind.test(part) ? [part] : [part, ...piecesOf(part)]))
  return [...new Set(found.map(asWord))].filter((word) => word !== '')
}

const asWord = (text: string): string => text.slice(0, most.word).toWellFormed().toLowerCase()

/** Names and the words of errors come with every other failure. */
const mostRecent = { chunks: 2_000, length: 60 }
const recentWordsIn = recently(mostRecent.chunks, wordsIn)

const piecesOf = (part: string): readonly string[] => part.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})/gu) ?? []
/** Then it is its only piece. */
const hasOneKind = /^(?:\p{Ll}+|\p{N}+)$/u

/** A UUID, 16 or more hexadecimal digits as traces have, or a time in ISO 8601. */
const isId =
  /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}|\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)$/i

/** From its first letter or digit to its last one. */
const trimmed = (text: string): string => /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/su.exec(text)?.[0] ?? ''
const partsOf = (text: string): string[] => text.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '')

/** The words as PostgreSQL reads a tsvector (https://www.postgresql.org/docs/current/datatype-textsearch.html). */
export const asTsvector = (words: ReadonlySet<string>): string => [...words].map(quoted).join(' ')

/**
 * What somebody looks for as a tsquery: every word of it must be there, or begin a word that is. An id with dashes may be
 * found whole or by its parts. @returns undefined when there is nothing to look for
 */
export function asTsquery(wanted: string): string | undefined {
  const chunks = wanted
    .split(/\s+/u)
    .map((chunk) => trimmed(chunk).slice(0, most.word).toLowerCase())
    .filter((chunk) => chunk !== '')
  return chunks.length === 0 ? undefined : chunks.map(chunkQuery).join(' & ')
}

/** Of parts only the last may be the beginning of a longer one: `order` begins every other id, and `order-42` is about one. */
function chunkQuery(chunk: string): string {
  const parts = partsOf(chunk)
  const last = parts.at(-1)
  if (parts.length < 2 || last === undefined) return beginning(chunk)
  return `(${beginning(chunk)} | (${[...parts.slice(0, -1).map(quoted), beginning(last)].join(' & ')}))`
}

/** Too much begins with one or two letters. */
const shortestBeginning = 3
const beginning = (word: string): string => (word.length < shortestBeginning ? quoted(word) : `${quoted(word)}:*`)

/** Of what has a meaning inside of quotes only the backslash and the quote are left (a lexeme has no NUL). */
const quoted = (word: string): string =>
  special.test(word) ? `'${word.replaceAll('\0', '').replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${word}'`
// oxlint-disable-next-line no-control-regex
const special = /[\0\\']/

/** All texts and numbers in a body. */
export function textsIn(body: unknown): string[] {
  const found: string[] = []
  addTexts(body, 0, found)
  return found
}

function addTexts(body: unknown, depth: number, found: string[]): void {
  if (typeof body === 'string') found.push(body)
  else if (typeof body === 'number' || typeof body === 'bigint' || typeof body === 'boolean') found.push(String(body))
  else if (body instanceof Date) found.push(Number.isNaN(body.getTime()) ? '' : body.toISOString())
  else if (typeof body === 'object' && body !== null && !ArrayBuffer.isView(body) && depth < 20)
    for (const value of Object.values(body)) addTexts(value, depth + 1, found)
}
