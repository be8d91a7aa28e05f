import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../problem.ts'

/** Kafka and PostgreSQL begin with less than 100 MB; the rest is for the orders of an afternoon. */
const NEEDED_MB = 500

/** Makes the folder if need be. @throws Problem when nothing can be written there, or the disk is as good as full. */
export async function assertUsableFolder(folder: string, neededMb = NEEDED_MB): Promise<void> {
  const probe = join(folder, '.probe')
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(probe, 'x')
    await rm(probe)
  } catch (error) {
    throw new Problem(
      `${folder} cannot be written (${(error as Error).message}). Make it writable for this user, or move the clone to a disk where it is.`,
    )
  }
  const { bavail, bsize } = await statfs(folder)
  const freeMb = Math.floor((bavail * bsize) / 1e6)
  if (freeMb >= neededMb) return
  throw new Problem(
    `The disk of ${folder} has ${freeMb} MB left; ${neededMb} MB are needed. Free some space (npm run reset drops old data), or move the clone.`,
  )
}
