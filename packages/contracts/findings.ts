/** Something about a contract that must be changed. */
export interface Finding {
  /** Below `schemas/`. */
  readonly file: string
  /** The field, as `lines.quantity`; empty for the message itself. */
  readonly path: string
  readonly message: string
}

/** `sales/OrderPlaced.avsc: lines.quantity: needs a doc`. */
export const printed = ({ file, path, message }: Finding): string =>
  [file, path, message].filter((part) => part !== '').join(': ')
