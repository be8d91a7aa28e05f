// What others write into a message, an error or a key is shown, and never obeyed: an escape sequence could clear the
// screen or hide a line, and a mark for right-to-left text could turn a sentence around.

/** Control characters, line separators, and marks that change the direction of text. */
// oxlint-disable-next-line no-control-regex -- these are what it is about.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g

/** The text with every unprintable character written out, `\u001b`. */
export const printable = (text: string): string => text.replaceAll(unprintable, written)

/** JSON with every unprintable character written out in the strings; it means the same. */
export const printableJson = (value: unknown): string =>
  // The line breaks that are still there are those between the values.
  JSON.stringify(value, null, 2).replaceAll(unprintable, (character) => (character === '\n' ? '\n' : written(character)))

const written = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
