/** Something the person at the terminal can do something about: shown as its message, without a stack. */
export class Problem extends Error {
  override readonly name = 'Problem'
}
