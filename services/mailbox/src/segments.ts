import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openSegment, type Segment } from './segment.ts'

/** Mails in a row of files, of which the oldest leave. */
export interface Segments {
  /** Oldest first. */
  all(): readonly Segment[]
  /** How many lines were ever appended. */
  came(): number
  kept(): number
  /** Of all files. */
  bytes(): number
  /** When the very first came, in milliseconds since the epoch. */
  since(): number | undefined
  /**
   * Appends as many lines as one file and one write take.
   * @param at now
   * @returns how many
   */
  append(lines: Iterable<string>, at: number): Promise<number>
}

/** The oldest mails leave a file at a time: an eighth of all. */
const files = 8

/** However few mails that are: all files together take 64 MiB of disk. */
const largestFile = 8 * 1024 * 1024

/** Held in memory as text while it is written. */
const largestWrite = 1024 * 1024

/** @param most lines that are kept */
export async function openSegments(folder: string, most: number): Promise<Segments> {
  await mkdir(folder, { recursive: true })
  const named = await segmentFiles(folder)
  const segments = await Promise.all(named.map(({ file, first }) => openSegment(file, first)))
  const longest = Math.ceil(most / files)
  let since = named[0]?.since

  const sum = (of: (segment: Segment) => number) => segments.reduce((total, segment) => total + of(segment), 0)
  const kept = () => sum((segment) => segment.count())
  const bytes = () => sum((segment) => segment.bytes())
  const came = () => (segments[0] === undefined ? 0 : segments[0].first - 1 + kept())
  const withRoom = async (at: number): Promise<Segment> => {
    const last = segments.at(-1)
    if (last !== undefined && last.count() < longest && last.bytes() < largestFile) return last
    since ??= at
    const next = await openSegment(join(folder, `mails-${came() + 1}-since-${since}.jsonl`), came() + 1)
    segments.push(next)
    return next
  }
  const letOldestLeave = async () => {
    while (segments.length > 1 && (kept() > most || bytes() > files * largestFile)) await segments.shift()?.remove()
  }
  await letOldestLeave()
  return {
    all: () => segments,
    came,
    kept,
    bytes,
    since: () => since,
    async append(lines, at) {
      const segment = await withRoom(at)
      const some = firstOf(lines, longest - segment.count())
      await segment.append(some)
      await letOldestLeave()
      return some.length
    },
  }
}

function firstOf(lines: Iterable<string>, most: number): string[] {
  const some: string[] = []
  let length = 0
  for (const line of lines) {
    length += line.length
    if (some.push(line) === most || length > largestWrite) break
  }
  return some
}

interface SegmentFile {
  readonly file: string
  /** The number of its first mail. */
  readonly first: number
  /** When the first mail of all came. */
  readonly since: number
}

/** What has left is known by the names of the files: which number the first mail has, and since when they came. */
export async function segmentFiles(folder: string): Promise<SegmentFile[]> {
  const names = await readdir(folder)
  const found = names.flatMap((name) => {
    const [, first, since] = /^mails-(\d+)-since-(\d+)\.jsonl$/.exec(name) ?? []
    return first && since ? [{ file: join(folder, name), first: Number(first), since: Number(since) }] : []
  })
  return found.toSorted((one, other) => one.first - other.first)
}
