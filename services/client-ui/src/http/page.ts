import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { sharedPublicFolder, withHeader } from '@petrel/pages'
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
  readonly content: Buffer
  readonly etag: string
}

/** Reads the page's few small files: path (`/css/shop.css`) → file. Only what was there at start is ever served. */
export async function readPage(): Promise<ReadonlyMap<string, PageFile>> {
  const files = await Promise.all([sharedPublicFolder, publicFolder].map(readFolder))
  return new Map(files.flat())
}

async function readFolder(folder: string): Promise<[string, PageFile][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && types[extname(entry.name)] !== undefined)
  const paths = files.map((file) => join(file.parentPath, file.name))
  return Promise.all(paths.map(async (path) => [path.slice(folder.length), await readFileOfPage(path)] as [string, PageFile]))
}

async function readFileOfPage(path: string): Promise<PageFile> {
  const content = await readFile(path)
  const type = types[extname(path)] ?? ''
  return pageFile(type, extname(path) === '.html' ? Buffer.from(withHeader(content.toString(), '')) : content)
}

function pageFile(type: string, content: Buffer): PageFile {
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
  return { type, content, etag }
}

const usualGoods = 6
const mostGoods = 60

/** The shop's page with room for as many products as there are, so that nothing jumps when they come. */
export function withRoomFor(products: number, { type, content }: PageFile): PageFile {
  const places = Math.min(products || usualGoods, mostGoods)
  return pageFile(
    type,
    Buffer.from(content.toString().replace(/<li class="card good ghost".*?<\/li>/s, (place) => place.repeat(places))),
  )
}

/** Everything comes from this service and nothing is written into the page: no inline script or style, no frame. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export function securityHeaders(ctx: Context): void {
  ctx.set('Content-Security-Policy', contentSecurityPolicy)
  ctx.set('X-Content-Type-Options', 'nosniff')
  ctx.set('Referrer-Policy', 'same-origin')
  ctx.set('Cross-Origin-Opener-Policy', 'same-origin')
}

/** Answers with a file; the browser asks each time and mostly learns that it has it (304). */
export function answerFile(ctx: Context, { type, content, etag }: PageFile, status = 200): void {
  ctx.set('Content-Type', type)
  ctx.set('Cache-Control', 'no-cache')
  ctx.set('ETag', etag)
  ctx.status = status
  if (ctx.fresh) ctx.status = 304
  else ctx.body = content
}
