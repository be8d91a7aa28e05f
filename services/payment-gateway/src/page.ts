import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sharedPublicFolder, withHeader } from '@petrel/pages'
import type { Middleware } from 'koa'

const ownFolder = new URL('../public/', import.meta.url)
const files = [
  ['/gateway.css', new URL('gateway.css', ownFolder)],
  ['/gateway.js', new URL('gateway.js', ownFolder)],
  ['/css/tokens.css', join(sharedPublicFolder, 'css', 'tokens.css')],
  ['/css/frame.css', join(sharedPublicFolder, 'css', 'frame.css')],
] as const

const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The page for people: what was charged, and the switches. @param shopPort where the shop listens, on the same machine */
export async function gatewayPage(shopPort: number): Promise<Middleware> {
  const html = await readFile(new URL('index.html', ownFolder), 'utf8')
  const contents = new Map(await Promise.all(files.map(async ([path, file]) => [path, await readFile(file, 'utf8')] as const)))
  return async (context, next) => {
    const content = contents.get(context.path as (typeof files)[number][0])
    if (context.path !== '/' && content === undefined) {
      await next()
      return
    }
    context.set('Content-Security-Policy', contentSecurityPolicy)
    context.type = context.path === '/' ? 'html' : context.path.slice(context.path.lastIndexOf('.'))
    context.body = content ?? withHeader(html, shopAt(context.hostname, shopPort))
  }
}

/** Under the name by which the browser found this page; a Host that is none is not written into it. */
const shopAt = (hostname: string, port: number): string => `http://${/^[\w.-]+$/.test(hostname) ? hostname : 'localhost'}:${port}`
