import { styleText } from 'node:util'

/** A stream to write to; a terminal says that it is one, and how wide. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

type Style = Parameters<typeof styleText>[0]

/** Writes lines; in colour only on a terminal, and not when NO_COLOR is set. */
export interface Screen {
  line(text?: string): void
  json(value: unknown): void
  paint(style: Style, text: string): string
  /** As much of the text as a line has room for; all of it where it is not a terminal. */
  fit(text: string): string
  /** Writes over what was written by the last call; nothing where it is not a terminal. */
  progress(text: string): void
}

export function screen(output: Output): Screen {
  const paint = (style: Style, text: string) => styleText(style, text, { stream: output })
  return {
    line: (text = '') => void output.write(`${text}\n`),
    json: (value) => void output.write(`${JSON.stringify(value, null, 2)}\n`),
    paint,
    fit: (text) =>
      output.columns === undefined || text.length <= output.columns ? text : `${text.slice(0, output.columns - 1)}…`,
    progress: (text) => void (output.isTTY === true && output.write(`\r\u001B[K${text}`)),
  }
}
