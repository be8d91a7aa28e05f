import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { sharedPublicFolder } from '@petrel/pages'
import type { Context, Middleware } from 'koa'

const publicFolder = join(import.meta.dirname, '../../public')

/** What the page takes from packages, each a single file: where it is served, and which package it is of. */
const vendored = { preact: 'preact', hooks: 'preact/hooks', htm: 'htm' } as const

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

interface PageFile {
  readonly type: string
  readonly content: Buffer
  readonly zipped: Buffer
}

/** The files of the page, read once: only what was there at start is ever served. */
export interface Page {
  /** The one document, which is every page. */
  readonly document: PageFile & { readonly etag: string }
  /** Path (`/js/main.js`) → file. */
  readonly files: ReadonlyMap<string, PageFile>
  /** Of all files. Their addresses begin with it, so that a browser keeps them for as long as it likes. */
  readonly version: string
}

/** Reads the page's few small files. @throws Error when one of them is missing */
export async function readPage(): Promise<Page> {
  const found = (await Promise.all([readFolder(sharedPublicFolder), readFolder(publicFolder), readVendored()])).flat()
  const raw = new Map(found)
  const document = raw.get('/index.html')
  if (document === undefined) throw new Error(`The console's page is not there: ${publicFolder}/index.html is missing.`)
  const version = hashOf(...raw.values())
  const written = Buffer.from(document.toString().replaceAll('/v/', `/v/${version}/`))
  const files = await Promise.all([...raw].map(async ([path, content]) => [path, await pageFile(path, content)] as const))
  return { document: { ...(await pageFile('/index.html', written)), etag: `"${version}"` }, files: new Map(files), version }
}

async function readFolder(folder: string): Promise<[string, Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && types[extname(entry.name)] !== undefined)
    .map((file) => join(file.parentPath, file.name))
  return Promise.all(paths.map(async (path) => [path.slice(folder.length), await readFile(path)] as [string, Buffer]))
}

/** A browser resolves no package names, and its policy allows no import map in the document: so addresses are written in. */
async function readVendored(): Promise<[string, Buffer][]> {
  return Promise.all(
    Object.entries(vendored).map(async ([name, specifier]): Promise<[string, Buffer]> => {
      const source = await readFile(fileURLToPath(import.meta.resolve(specifier)), 'utf8')
      const addressed = source.replaceAll(/from\s*"preact"/g, 'from"./preact.js"').replace(/\/\/# sourceMappingURL=.*/, '')
      return [`/vendor/${name}.js`, Buffer.from(addressed)]
    }),
  )
}

async function pageFile(path: string, content: Buffer): Promise<PageFile> {
  return { type: types[extname(path)] ?? '', content, zipped: await promisify(gzip)(content, { level: 9 }) }
}

const hashOf = (...contents: Buffer[]): string => {
  const hash = createHash('sha256')
  for (const content of contents) hash.update(content)
  return hash.digest('base64url').slice(0, 16)
}

/** Everything comes from this server and nothing is written into the page: no script or style inline, no frame. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * Answers `GET` with the page: `/v/<version>/<path>` with a file, and any other path with the document, whose script shows what
 * the address says. It comes last, after the API.
 */
export function servePage({ document, files, version }: Page): Middleware {
  return async (ctx, next) => {
    if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || ctx.path.startsWith('/api/')) return next()
    setHeaders(ctx)
    if (!ctx.path.startsWith('/v/')) return answerDocument(ctx, document)
    const file = files.get(ctx.path.replace(`/v/${version}`, ''))
    if (file === undefined) return next()
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
    answer(ctx, file)
  }
}

function setHeaders(ctx: Context): void {
  ctx.set('Content-Security-Policy', contentSecurityPolicy)
  ctx.set('X-Content-Type-Options', 'nosniff')
  ctx.set('Referrer-Policy', 'same-origin')
  ctx.set('Cross-Origin-Opener-Policy', 'same-origin')
}

/** The browser asks each time and mostly learns that it has it (304). */
function answerDocument(ctx: Context, document: Page['document']): void {
  ctx.set('Cache-Control', 'no-cache')
  ctx.set('ETag', document.etag)
  ctx.status = 200
  if (ctx.fresh) ctx.status = 304
  else answer(ctx, document)
}

function answer(ctx: Context, { type, content, zipped }: PageFile): void {
  ctx.set('Content-Type', type)
  ctx.vary('Accept-Encoding')
  const isZipped = ctx.acceptsEncodings('gzip', 'identity') === 'gzip'
  if (isZipped) ctx.set('Content-Encoding', 'gzip')
  ctx.body = isZipped ? zipped : content
}
