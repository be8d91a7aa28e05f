import { createHash } from 'node:crypto'

/** Numbers from 0 to 1 that follow from the seed alone, so that a run can be repeated. */
export function randomFrom(seed: number): () => number {
  let drawn = 0
  return () => {
    drawn += 1
    return createHash('sha256').update(`${seed}/${drawn}`).digest().readUInt32BE(0) / 2 ** 32
  }
}
