import { styleText } from 'node:util'
import { printable, printableJson } from './printable.ts'

/** A stream to write to; on a terminal `isTTY` is set, and `columns` is its width. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

export type Style = Parameters<typeof styleText>[0]

/** Text in a style. */
export interface Painted {
  readonly style: Style
  readonly text: string
}

export type Text = string | Painted

export const paint = (style: Style, text: string): Painted => ({ style, text })

/**
 * Writes lines; in colour only on a terminal, and not when NO_COLOR is set. Control characters in any text are written out,
 * so that only the screen itself controls the terminal.
 */
export interface Screen {
  line(...parts: readonly Text[]): void
  /** A line that is cut at the width of the terminal; whole where it is not a terminal. */
  row(text: Text): void
  json(value: unknown): void
  /** Rows instead of those of the last frame; below them, where it is not a terminal. */
  frame(rows: readonly Text[]): void
  /** Writes over what was written by the last call; nothing where it is not a terminal. */
  progress(text: string): void
}

export function screen(output: Output): Screen {
  const shown = (part: Text) =>
    typeof part === 'string' ? printable(part) : styleText(part.style, printable(part.text), { stream: output })
  const line = (...parts: readonly Text[]) => void output.write(`${parts.map(shown).join('')}\n`)
  const row = (text: Text) =>
    line(typeof text === 'string' ? cut(text, output.columns) : paint(text.style, cut(text.text, output.columns)))
  return {
    line,
    row,
    frame: (rows) => {
      // To the first place of the terminal, and clear what is below.
      output.write(output.isTTY === true ? '\u001B[H\u001B[J' : '\n')
      rows.forEach(row)
    },
    json: (value) => void output.write(`${printableJson(value)}\n`),
    progress: (text) => void (output.isTTY === true && output.write(`\r\u001B[K${printable(text)}`)),
  }
}

function cut(text: string, width = Number.POSITIVE_INFINITY): string {
  const whole = printable(text)
  return whole.length <= width ? whole : `${whole.slice(0, width - 1)}…`
}
