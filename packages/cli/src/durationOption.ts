import { milliseconds } from '@petrel/messaging/operations'
import { InvalidArgumentError } from 'commander'

/** Reads an option like `--wait 90s`. @returns milliseconds */
export function duration(text: string): number {
  try {
    return milliseconds(text as Parameters<typeof milliseconds>[0])
  } catch (error) {
    throw new InvalidArgumentError((error as RangeError).message)
  }
}
