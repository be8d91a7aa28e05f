import { createHash } from 'node:crypto'

/** Numbers from 0 to 1 that follow from the seed alone, so that a run can be repeated. */
export function randomFrom(seed: number): () => number {
  let drawn = 0
  return () => {
    drawn += 1
    return createHash('sha256').update(`${seed}/${drawn}`).digest().readUInt32BE(0) / 2 ** 32
  }
}

/** The seed that the environment names, or another one each time; printed, so that a run can be repeated. */
export function seedFrom(variable: string): number {
  const seed = Number(process.env[variable] ?? Date.now() % 1_000_000)
  console.log(`${variable}=${seed}`)
  return seed
}
