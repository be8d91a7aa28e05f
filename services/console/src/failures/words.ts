// What can be found of a failure, as words of our own: PostgreSQL's parser would take ids and numbers apart in ways nobody expects,
// and trigrams are an extension that not every server has.
const most = { words: 1_000, text: 8_000, word: 100 }

/** The words by which these texts are found: each run of letters and digits, parts of `CamelCase`, and whole ids, times and addresses. */
export function wordsOf(texts: Iterable<string>): ReadonlySet<string> {
  const words = new Set<string>()
  for (const text of texts) {
    addWordsIn(text, words)
    if (words.size >= most.words) break
  }
  return words
}

/** Nearly all texts are ASCII: their words are found in one look at each character. */
function addWordsIn(text: string, words: Set<string>): void {
  const end = Math.min(text.length, most.text)
  for (let at = 0; at < end; at += 1) {
    const begin = at
    while (at < end && kindOf(text.charCodeAt(at)) < blank) at += 1
    if (at < end && kindOf(text.charCodeAt(at)) === unknown) {
      for (const chunk of text.slice(begin, end).split(/\s+/u)) addUnicodeWords(chunk, words)
      return
    }
    if (at - begin > most.word) addUnicodeWords(text.slice(begin, at), words)
    else if (at > begin) addAsciiWords(text, begin, at, words)
  }
}

const [sign, digit, lower, upper, blank, unknown] = [0, 1, 2, 3, 4, 5]
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (code === 0) return unknown
  if (/\s/.test(character)) return blank
  if (/\d/.test(character)) return digit
  return /[a-z]/.test(character) ? lower : /[A-Z]/.test(character) ? upper : sign
})
const kindOf = (code: number): number => (code < 128 ? (kinds[code] ?? unknown) : unknown)

/** The same as {@link addUnicodeWords} does with this part of a text, when it is ASCII, without blanks, and no longer than a word. */
function addAsciiWords(text: string, from: number, until: number, words: Set<string>): void {
  const kind = (at: number) => kindOf(text.charCodeAt(at))
  let [begin, end] = [from, until]
  while (begin < end && kind(begin) === sign) begin += 1
  while (begin < end && kind(end - 1) === sign) end -= 1
  if (begin === end) return
  const whole = text.slice(begin, end).toLowerCase()
  add(whole, words)
  if (mayBeId(whole) && isId.test(whole)) return
  let [run, piece, before] = [begin, begin, sign]
  for (let at = begin; at <= end; at += 1) {
    const now = at < end ? kind(at) : sign
    const isLetter = now === lower || now === upper
    // A name begins with a capital; of several in a row the last one belongs to what follows.
    const beginsName = now === upper && (before !== upper || (at + 1 < end && kind(at + 1) === lower))
    if (beginsName || !isLetter) {
      if (piece < at) add(whole.slice(piece - begin, at - begin), words)
      piece = isLetter ? at : at + 1
    }
    if (now === sign) {
      if (run < at) add(whole.slice(run - begin, at - begin), words)
      run = at + 1
    }
    before = now
  }
}

function add(word: string, words: Set<string>): void {
  if (words.size < most.words) words.add(word)
}

function addUnicodeWords(chunk: string, words: Set<string>): void {
  for (const word of wordsIn(chunk)) add(word, words)
}

function wordsIn(chunk: string): readonly string[] {
  const whole = trimmed(chunk.toWellFormed().replaceAll('\0', ''))
  // Nobody looks for a part of one, but for its beginning.
  if (isId.test(whole)) return [whole.toLowerCase()]
  const found = [whole, ...partsOf(whole)].flatMap((part) => [part, ...piecesOf(part)])
  return found.map(asWord).filter((word) => word !== '')
}

const asWord = (text: string): string => text.slice(0, most.word).toWellFormed().toLowerCase()

const piecesOf = (part: string): readonly string[] => part.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})/gu) ?? []

/** A UUID, 16 or more hexadecimal digits as traces have, or a time in ISO 8601. */
const isId =
  /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}|\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)$/i
const mayBeId = (word: string): boolean => word.length >= 16

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
