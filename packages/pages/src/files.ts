import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Context } from 'koa'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** @param path of a file that `readFolder` found */
export const pageType = (path: string): string => types[extname(path)] ?? ''

/** Files of a page below a folder: path from there (`/css/shop.css`) and content. */
export async function readFolder(folder: string): Promise<[path: string, content: Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && types[extname(entry.name)] !== undefined)
  const paths = files.map((file) => join(file.parentPath, file.name))
  return Promise.all(paths.map(async (path): Promise<[string, Buffer]> => [path.slice(folder.length), await readFile(path)]))
}

/** By content coding (RFC 9110, 8.4.1); `identity` is the file as it is. */
type Contents = Readonly<{ identity: Buffer; br?: Buffer; gzip?: Buffer }>

export interface PageFile {
  readonly type: string
  readonly etag: string
  readonly contents: Contents
}

export const pageFile = (path: string, contents: Contents): PageFile => ({
  type: pageType(path),
  etag: hashOf(contents.identity),
  contents,
})

export function hashOf(...contents: readonly Buffer[]): string {
  const hash = createHash('sha256')
  for (const content of contents) hash.update(content)
  return hash.digest('base64url').slice(0, 22)
}

interface FileAnswer {
  readonly status?: number
  /** Default: the browser asks each time, and mostly learns that it has it (304). */
  readonly cacheControl?: string
}

/** Answers with a file, in the coding that the browser likes best. */
export function answerFile(ctx: Context, file: PageFile, { status = 200, cacheControl = 'no-cache' }: FileAnswer = {}): void {
  const { type, etag, contents } = file
  const { coding, content } = codedFor(ctx, contents)
  ctx.set('Content-Type', type)
  ctx.set('Cache-Control', cacheControl)
  ctx.vary('Accept-Encoding')
  // Each coding is a representation of its own (RFC 9110, 8.8.3.3).
  ctx.set('ETag', `"${etag}${coding === 'identity' ? '' : `-${coding}`}"`)
  if (coding !== 'identity') ctx.set('Content-Encoding', coding)
  ctx.status = status
  if (ctx.fresh) ctx.status = 304
  else ctx.body = content
}

function codedFor(ctx: Context, contents: Contents): { coding: keyof Contents; content: Buffer } {
  const coding = ctx.acceptsEncodings('br', 'gzip', 'identity')
  const content = coding === 'br' || coding === 'gzip' ? contents[coding] : undefined
  return content === undefined
    ? { coding: 'identity', content: contents.identity }
    : { coding: coding as keyof Contents, content }
}
