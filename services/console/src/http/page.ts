import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { hashOf, type PageFile, pageFile, readFolder, sharedPublicFolder } from '@petrel/pages'

const publicFolder = join(import.meta.dirname, '../../public')

/** What the page takes from packages, each a single file: the name under which it is served, and where it is. */
const vendored = () => ({
  preact: import.meta.resolve('preact'),
  hooks: import.meta.resolve('preact/hooks'),
  htm: import.meta.resolve('htm'),
})

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
        async ([path, content]) => [path, await compressed(path, content)] as const,
      ),
    ),
  )
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

async function compressed(path: string, identity: Buffer): Promise<PageFile> {
  const [br, gzipped] = await Promise.all([
    asBrotli(identity, { params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } }),
    asGzip(identity, { level: 9 }),
  ])
  return pageFile(path, { identity, br, gzip: gzipped })
}

/** For how long a browser may keep what is at a path. */
export const cacheControl = (path: string): string =>
  path.startsWith('/v/') ? 'public, max-age=31536000, immutable' : 'no-cache'
