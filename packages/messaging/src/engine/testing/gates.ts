import { placed } from './billing.ts'

/** Keeps handlers waiting until the test opens their gates. */
export function gates() {
  const waiting = new Map<number, () => void>()
  return {
    hold: (number: number) => new Promise<void>((resolve) => waiting.set(number, resolve)),
    open: (number: number) => waiting.get(number)?.(),
  }
}

/** Records that take some room in memory. */
export const large = (number: number, partition = 0) => ({
  message: placed(number),
  partition,
  headers: { attachment: Buffer.alloc(100_000) },
})

/** The numbers from `from` up to, but not including, `to`. */
export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
