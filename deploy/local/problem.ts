/** Something a person has to settle before the local stack can run; the message says what and how, so no stack trace is shown. */
export class Problem extends Error {
  override readonly name = 'Problem'
}

/** Where lines for the person at the terminal go. */
export type Log = (line: string) => void
