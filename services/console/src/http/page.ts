import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { sharedPublicFolder } from '@petrel/pages'
import type { Context } from 'koa'

const publicFolder = join(import.meta.dirname, '../../public')

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export interface PageFile {
  readonly type: string
  readonly etag: string
  /** By content coding (RFC 9110, 8.4.1); `identity` is the file as it is. */
  readonly contents: Readonly<Record<'identity' | 'gzip' | 'br', Buffer>>
}

/** Reads the page's few small files, and compresses them once: path (`/css/console.css`) → file. Only what was there at start is ever served. */
export async function readPage(): Promise<ReadonlyMap<string, PageFile>> {
  // A file of the console's own comes after one that all pages share, and counts.
  const files = await Promise.all([sharedPublicFolder, publicFolder].map(readFolder))
  return new Map(files.flat())
}

async function readFolder(folder: string): Promise<[string, PageFile][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && types[extname(entry.name)] !== undefined)
  const paths = files.map((file) => join(file.parentPath, file.name))
  return Promise.all(paths.map(async (path) => [path.slice(folder.length), await readFileOfPage(path)] as [string, PageFile]))
}

const asBrotli = promisify(brotliCompress)
const asGzip = promisify(gzip)

async function readFileOfPage(path: string): Promise<PageFile> {
  const identity = await readFile(path)
  const etag = createHash('sha256').update(identity).digest('base64url').slice(0, 22)
  const [br, gz] = await Promise.all([
    asBrotli(identity, { params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } }),
    asGzip(identity, { level: 9 }),
  ])
  return { type: types[extname(path)] ?? '', etag, contents: { identity, br, gzip: gz } }
}

/** Everything comes from this service and nothing is written into the page: no inline script or style, no frame. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export function securityHeaders(ctx: Context): void {
  ctx.set('Content-Security-Policy', contentSecurityPolicy)
  ctx.set('X-Content-Type-Options', 'nosniff')
  ctx.set('Referrer-Policy', 'same-origin')
  ctx.set('Cross-Origin-Opener-Policy', 'same-origin')
  ctx.set('Cross-Origin-Resource-Policy', 'same-origin')
}

/** Answers with a file; the browser asks each time and mostly learns that it has it (304). */
export function answerFile(ctx: Context, { type, etag, contents }: PageFile): void {
  const coding = codingFor(ctx)
  ctx.set('Content-Type', type)
  ctx.set('Cache-Control', 'no-cache')
  ctx.vary('Accept-Encoding')
  // Each coding is a representation of its own (RFC 9110, 8.8.3.3).
  ctx.set('ETag', `"${etag}${coding === 'identity' ? '' : `-${coding}`}"`)
  if (coding !== 'identity') ctx.set('Content-Encoding', coding)
  ctx.status = 200
  if (ctx.fresh) ctx.status = 304
  else ctx.body = contents[coding]
}

function codingFor(ctx: Context): keyof PageFile['contents'] {
  const coding = ctx.acceptsEncodings('br', 'gzip', 'identity')
  return coding === 'br' || coding === 'gzip' ? coding : 'identity'
}
