import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { sharedPublicFolder } from '@petrel/pages'
import type { Context } from 'koa'

const publicFolder = join(import.meta.dirname, '../../public')

/** What the page takes from packages, each a single file: the name under which it is served, and where it is. */
const vendored = () => ({
  preact: import.meta.resolve('preact'),
  hooks: import.meta.resolve('preact/hooks'),
  htm: import.meta.resolve('htm'),
})

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

/**
 * Reads the page's few small files, and compresses them once: path → file. Only what was there at start is ever served. The
 * document is `/index.html`. Addresses of all others begin with `/v/<hash of all>`, so that a browser may keep them for ever.
 * @throws Error when a file is missing
 */
export async function readPage(): Promise<ReadonlyMap<string, PageFile>> {
  // A file of the console's own comes after one that all pages share, and counts.
  const found = await Promise.all([readFolder(sharedPublicFolder), readFolder(publicFolder), readVendored()])
  const { '/index.html': document, ...files } = Object.fromEntries(found.flat())
  if (document === undefined) throw new Error(`The console has no page: ${publicFolder}/index.html is missing.`)
  const version = `/v/${hashOf(document, ...Object.values(files))}`
  const served = Object.entries(files).map(([path, content]) => [version + path, content] as const)
  const written = Buffer.from(document.toString().replaceAll('"/v/', `"${version}/`))
  return new Map(
    await Promise.all(
      [['/index.html', written] as const, ...served].map(
        async ([path, content]) => [path, await pageFile(path, content)] as const,
      ),
    ),
  )
}

async function readFolder(folder: string): Promise<[string, Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && types[extname(entry.name)] !== undefined)
  const paths = files.map((file) => join(file.parentPath, file.name))
  return Promise.all(paths.map(async (path) => [path.slice(folder.length), await readFile(path)] as [string, Buffer]))
}

/** A browser resolves no names of packages, and the policy below allows no import map in the document: addresses are written in. */
function readVendored(): Promise<[string, Buffer][]> {
  return Promise.all(
    Object.entries(vendored()).map(async ([name, address]): Promise<[string, Buffer]> => {
      const source = await readFile(fileURLToPath(address), 'utf8')
      const addressed = source.replaceAll(/from\s*"preact"/g, 'from"./preact.js"').replace(/\/\/# sourceMappingURL=.*/, '')
      return [`/vendor/${name}.js`, Buffer.from(addressed)]
    }),
  )
}

const asBrotli = promisify(brotliCompress)
const asGzip = promisify(gzip)

async function pageFile(path: string, identity: Buffer): Promise<PageFile> {
  const [br, gz] = await Promise.all([
    asBrotli(identity, { params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } }),
    asGzip(identity, { level: 9 }),
  ])
  return { type: types[extname(path)] ?? '', etag: hashOf(identity), contents: { identity, br, gzip: gz } }
}

function hashOf(...contents: readonly Buffer[]): string {
  const hash = createHash('sha256')
  for (const content of contents) hash.update(content)
  return hash.digest('base64url').slice(0, 22)
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

/** Answers with a file; for the document the browser asks each time, and mostly learns that it has it (304). */
export function answerFile(ctx: Context, { type, etag, contents }: PageFile, status = 200): void {
  const coding = codingFor(ctx)
  ctx.set('Content-Type', type)
  ctx.set('Cache-Control', ctx.path.startsWith('/v/') ? 'public, max-age=31536000, immutable' : 'no-cache')
  ctx.vary('Accept-Encoding')
  // Each coding is a representation of its own (RFC 9110, 8.8.3.3).
  ctx.set('ETag', `"${etag}${coding === 'identity' ? '' : `-${coding}`}"`)
  if (coding !== 'identity') ctx.set('Content-Encoding', coding)
  ctx.status = status
  if (ctx.fresh) ctx.status = 304
  else ctx.body = contents[coding]
}

function codingFor(ctx: Context): keyof PageFile['contents'] {
  const coding = ctx.acceptsEncodings('br', 'gzip', 'identity')
  return coding === 'br' || coding === 'gzip' ? coding : 'identity'
}
