import { fileURLToPath } from 'node:url'
import { contentSecurityPolicy, pageType, readFolder, sharedPublicFolder, shopAt, withHeader } from '@petrel/pages'
import type { Middleware } from 'koa'

const ownFolder = fileURLToPath(new URL('../public', import.meta.url))
/** Its icon is written into it. */
const policy = contentSecurityPolicy({ 'img-src': "'self' data:" })

/** The page for people: what was charged, and the switches. @param shopPort where the shop listens, on the same machine */
export async function gatewayPage(shopPort: number): Promise<Middleware> {
  const files = new Map((await Promise.all([sharedPublicFolder, ownFolder].map(readFolder))).flat())
  return async (context, next) => {
    const path = context.path === '/' ? '/index.html' : context.path
    const content = files.get(path)
    if (content === undefined) {
      await next()
      return
    }
    context.set('Content-Security-Policy', policy)
    context.type = pageType(path)
    context.body = path === '/index.html' ? withHeader(content.toString(), shopAt(context, shopPort)) : content
  }
}
