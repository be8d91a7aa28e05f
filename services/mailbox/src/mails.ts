import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { inBatches } from './inBatches.ts'
import { addressKey, type Delivered, orderKey, toLine } from './mail.ts'
import { linesOf } from './segment.ts'
import { openSegments, segmentFiles } from './segments.ts'

/** The newest mails, kept in files. In memory is where each begins, and no mail. */
export interface Mails {
  /** Resolves when the mail is in a file. */
  add(mail: Delivered): Promise<void>
  /** The numbers of those that are kept, oldest first: to this address, about this order; '' for any. */
  find(wanted: { readonly to: string; readonly order: string }): readonly number[]
  /** The mail as its file has it; undefined when it never came, or has left. */
  line(id: number): Promise<string | undefined>
  counts(): Counts
  /** What those that are kept take on the disk. */
  bytes(): number
}

export interface Counts {
  /** How many ever came. */
  readonly came: number
  /** When the first of them came; undefined before it did. */
  readonly since: Date | undefined
  /** How many are kept: the newest. */
  readonly kept: number
}

/** How many mails are kept unless somebody wants more or fewer: 32 MB of Petrel's letters. */
export const standardKeeps = 20_000

/** @param most mails that are kept; the oldest leave */
export async function openMails(folder: string, most: number): Promise<Mails> {
  await mkdir(folder, { recursive: true })
  await takeOver(folder, most)
  const segments = await openSegments(folder, most)
  return {
    add: inBatches((mails) => segments.append(Iterator.from(mails).map(toLine), Date.now())),
    find({ to, order }) {
      const keys = [...(to ? [addressKey(to)] : []), ...(order ? [orderKey(order)] : [])]
      return segments.all().flatMap((segment) => segment.having(keys))
    },
    line: async (id) =>
      segments
        .all()
        .findLast(({ first }) => first <= id)
        ?.line(id),
    counts() {
      const since = segments.since()
      return { came: segments.came(), since: since === undefined ? undefined : new Date(since), kept: segments.kept() }
    },
    bytes: () => segments.bytes(),
  }
}

/** Earlier versions kept every mail in one file. What was taken over before a crash is taken over again. */
async function takeOver(folder: string, most: number): Promise<void> {
  const former = join(folder, 'mails.jsonl')
  if (!existsSync(former)) return
  await Promise.all((await segmentFiles(folder)).map(({ file }) => rm(file)))
  const segments = await openSegments(folder, most)
  for await (const line of linesOf(former)) {
    const { at } = JSON.parse(line.toString()) as { at: string }
    await segments.append([line.toString()], Date.parse(at))
  }
  await rm(former)
}
