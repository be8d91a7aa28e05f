// What can be found of a failure, as words of our own: PostgreSQL's parser would take ids and numbers apart in ways nobody expects,
// and trigrams are an extension that not every server has.

const most = { words: 1_000, text: 8_000, word: 100 }

/** The words by which these texts are found: each run of letters and digits, parts of `CamelCase`, and whole ids and addresses. */
export function wordsOf(texts: Iterable<string>): ReadonlySet<string> {
  const words = new Set<string>()
  for (const text of texts) {
    for (const chunk of text.slice(0, most.text).split(/\s+/u)) addWords(chunk, words)
    if (words.size >= most.words) break
  }
  return words
}

function addWords(chunk: string, words: Set<string>): void {
  const whole = trimmed(chunk)
  // Nobody looks for a part of one, but for its beginning.
  if (uuid.test(whole)) {
    words.add(whole.toLowerCase())
    return
  }
  for (const part of [whole, ...partsOf(whole)]) {
    if (part === '' || words.size >= most.words) continue
    words.add(part.slice(0, most.word).toLowerCase())
    for (const piece of part.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})/gu) ?? []) words.add(piece.slice(0, most.word).toLowerCase())
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

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
const quoted = (word: string): string => `'${word.replaceAll('\0', '').replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** All texts and numbers in a body. */
export function* textsIn(body: unknown, depth = 0): Generator<string> {
  if (typeof body === 'string') yield body
  else if (typeof body === 'number' || typeof body === 'bigint' || typeof body === 'boolean') yield String(body)
  else if (body instanceof Date) yield Number.isNaN(body.getTime()) ? '' : body.toISOString()
  else if (typeof body === 'object' && body !== null && !ArrayBuffer.isView(body) && depth < 20)
    for (const value of Object.values(body)) yield* textsIn(value, depth + 1)
}
