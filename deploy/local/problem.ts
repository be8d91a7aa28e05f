/** Something that a person has to solve before the local system can run. The message says what is wrong and what to do, so no stack trace is shown. */
export class Problem extends Error {
  override readonly name = 'Problem'
}

/** Where lines for the person at the terminal go. */
export type PrintLine = (line: string) => void
