import { join } from 'node:path'
import { type PageFile, pageFile, readFolder, sharedPublicFolder, withHeader } from '@petrel/pages'

const publicFolder = join(import.meta.dirname, '../../public')

/** Reads the page's few small files: path (`/css/shop.css`) → file. Only what was there at start is ever served. */
export async function readPage(): Promise<ReadonlyMap<string, PageFile>> {
  const found = await Promise.all([sharedPublicFolder, publicFolder].map(readFolder))
  return new Map(found.flat().map(([path, content]) => [path, pageFile(path, { identity: framed(path, content) })]))
}

const framed = (path: string, content: Buffer): Buffer =>
  path.endsWith('.html') ? Buffer.from(withHeader(content.toString(), '')) : content

const usualGoods = 6
const mostGoods = 60

/** The shop's page with room for as many products as there are, so that nothing jumps when they come. */
export function withRoomFor(products: number, { contents }: PageFile): PageFile {
  const places = Math.min(products || usualGoods, mostGoods)
  const html = contents.identity.toString().replace(/<li class="card good ghost".*?<\/li>/s, (place) => place.repeat(places))
  return pageFile('/index.html', { identity: Buffer.from(html) })
}
