import { createReadStream, existsSync } from 'node:fs'
import { appendFile, open, rm, truncate } from 'node:fs/promises'
import { keysOf } from './mail.ts'

/** Some mails in a row: a file, a line each, and in memory only where each line begins and by which words it is found. */
export interface Segment {
  /** The number of its first mail. */
  readonly first: number
  count(): number
  bytes(): number
  /** Resolves when the lines are in the file. */
  append(lines: readonly string[]): Promise<void>
  /** The numbers of the mails with all of these keys, oldest first. */
  having(keys: readonly string[]): number[]
  /** Undefined when the mail is not here, or no longer. */
  line(id: number): Promise<string | undefined>
  /** Deletes the file. */
  remove(): Promise<void>
}

export async function openSegment(file: string, first: number): Promise<Segment> {
  const starts: number[] = []
  const found = new Map<string, number[]>()
  let bytes = 0
  const index = (line: Buffer) => {
    for (const key of keysOf(line)) {
      const ids = found.get(key)
      if (ids === undefined) found.set(key, [first + starts.length])
      else ids.push(first + starts.length)
    }
    starts.push(bytes)
    bytes += line.length + 1
  }
  for await (const line of linesOf(file)) index(line)
  // A line cut short by a crash was never confirmed to its sender, who will send it again.
  if (existsSync(file)) await truncate(file, bytes)

  return {
    first,
    count: () => starts.length,
    bytes: () => bytes,
    async append(lines) {
      try {
        await appendFile(file, lines.map((line) => `${line}\n`).join(''))
      } catch (error) {
        if (existsSync(file)) await truncate(file, bytes)
        throw error
      }
      for (const line of lines) index(Buffer.from(line))
    },
    having([key, ...others]) {
      if (key === undefined) return starts.map((_, at) => first + at)
      const sets = others.map((other) => new Set(found.get(other)))
      return (found.get(key) ?? []).filter((id) => sets.every((ids) => ids.has(id)))
    },
    async line(id) {
      const start = starts[id - first]
      return start === undefined ? undefined : partOf(file, start, (starts[id - first + 1] ?? bytes) - 1)
    },
    remove: () => rm(file),
  }
}

/** The whole lines of a file, without their ends; none when there is no file. */
export async function* linesOf(file: string): AsyncGenerator<Buffer> {
  if (!existsSync(file)) return
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    const text = Buffer.concat([rest, chunk])
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      yield text.subarray(from, end)
      from = end + 1
    }
    rest = text.subarray(from)
  }
}

/** Undefined when the file is gone: its mails have left since somebody asked for one. */
async function partOf(file: string, start: number, end: number): Promise<string | undefined> {
  try {
    await using handle = await open(file)
    const { buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start)
    return buffer.toString()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
