/** What stands in the place of something about a person. */
export const hidden = '•••'

/** From this length on a value is hidden wherever it stands in a text, shorter ones as whole words only: `Bo` is in `Bosporus`. */
const anywhereFrom = 5
/** Errors cut what they quote: this much of a value is hidden without its end. */
const beginningOf = 40

/**
 * A text without e-mail addresses, and without these values of a person.
 * @param personal as they are in the message whose text this is
 */
export const maskText = (text: string, personal: readonly string[] = []): string => textMask(personal)(text)

/** The same for many texts of one message. */
export function textMask(personal: readonly string[]): (text: string) => string {
  const values = [...new Set(personal.flatMap(needlesOf).map((value) => value.trim()))].filter((value) => value.length > 1)
  const mayHave = quickLook(values)
  // Nearly no message needs it, and to make one takes longer than to look through all texts.
  let pattern: RegExp | undefined
  return (text) => {
    const without = mayHave(text) ? text.replaceAll((pattern ??= patternOf(values)), hidden) : text
    return without.includes('@') || without.includes('%40') ? without.replaceAll(address, hidden) : without
  }
}

// No longer than RFC 5321 allows (4.5.3.1), so that the time it takes stays in proportion to the text. Packages in stacks
// (`koa@3.3.0`, `node_modules/@petrel/…`) are none: a domain ends with letters. In addresses of pages @ is %40.
const address = /[\p{L}\p{N}.!#$*+_~{}^|`-]{1,64}(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}/gu

/** Longer values first: a shorter one may be a part of them. What all have in common stands once, or ten thousand would take their time. */
function patternOf(values: readonly string[]): RegExp {
  const longestFirst = values
    .toSorted((a, b) => b.length - a.length)
    .map((value) => [value.length, RegExp.escape(value)] as const)
  const anywhere = longestFirst.filter(([length]) => length >= anywhereFrom).map(([, value]) => value)
  const asWords = longestFirst.filter(([length]) => length < anywhereFrom).map(([, value]) => value)
  const parts = asWords.length === 0 ? anywhere : [...anywhere, `(?<![\\p{L}\\p{N}])(?:${asWords.join('|')})(?![\\p{L}\\p{N}])`]
  return new RegExp(parts.join('|'), 'giu')
}

/** To look for more values one after the other takes longer than the pattern does. */
const mostOneByOne = 50

/**
 * Whether a text may have one of the values, in a fraction of the time: nearly all have none. Where upper and lower case are more
 * than ASCII's, only the pattern knows.
 */
function quickLook(values: readonly string[]): (text: string) => boolean {
  if (values.length === 0) return () => false
  if (values.length > mostOneByOne || !values.every(isAscii)) return () => true
  const needles = values.map((value) => value.toLowerCase())
  return (text) => {
    if (!isAscii(text)) return true
    const lower = text.toLowerCase()
    return needles.some((needle) => lower.includes(needle))
  }
}

// oxlint-disable-next-line no-control-regex
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text)

/** As it is, as it is within JSON and within an address of a page, and its beginning. */
function needlesOf(value: string): string[] {
  const forms = isSimple.test(value)
    ? [value, value.replaceAll('@', '%40')]
    : [value, JSON.stringify(value).slice(1, -1), encoded(value)]
  return forms.flatMap((form) => (form.length > beginningOf ? [form, form.slice(0, beginningOf)] : [form]))
}

/** Most values are: JSON has them as they are, and so has the address of a page but for one character. */
const isSimple = /^[\w.~@-]*$/

/** A text with half a character in it has no such form. */
function encoded(value: string): string {
  return encodeURIComponent(value.toWellFormed())
}
