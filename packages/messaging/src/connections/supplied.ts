import { readFileSync } from 'node:fs'

/** A text that may change while the process runs. It is read anew for each connection; nothing shows it by accident. */
export interface Supplied {
  /** Where a person looks when it is wrong: `KAFKA_SASL_PASSWORD`, or `KAFKA_SASL_PASSWORD_FILE`. */
  readonly variable: string
  /** @throws SuppliedMissing when its file cannot be read */
  readonly read: () => string
}

/** A file that a variable names is not there, or may not be read. */
export class SuppliedMissing extends Error {
  override readonly name = 'SuppliedMissing'
}

export const suppliedText = (variable: string, text: string): Supplied => ({ variable, read: () => text })

/** Line breaks at the end are not part of it: most editors, and `echo`, add one. */
export const suppliedFile = (variable: string, path: string): Supplied => ({
  variable,
  read: () => readText(variable, path).replace(/[\r\n]+$/, ''),
})

function readText(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code = 'it cannot be read' } = error as NodeJS.ErrnoException
    throw new SuppliedMissing(`${variable}: ${path} cannot be read (${code})`, { cause: error })
  }
}
