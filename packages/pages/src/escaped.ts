const replacements: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** A text as HTML: between elements, or as the value of an attribute in double quotes. */
export const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (letter) => replacements[letter] ?? '')
