import { isIP } from 'node:net'
import { Problem } from '@petrel/pages'
import type { Context } from 'koa'

/**
 * Refuses requests for a name that could be anybody's. A page of another site may have its own name lead here (DNS rebinding), and
 * then the browser takes the console for that site. IP addresses, names without a dot and names within a cluster cannot be made to
 * lead elsewhere by strangers; any other name has to be the one of CONSOLE_URL.
 * @throws Problem 421
 */
export function requireOwnHost(ctx: Context, publicUrl: URL | undefined): void {
  const { hostname } = ctx.URL
  if (hostname !== undefined && hostname !== '' && (hostname === publicUrl?.hostname || isNobodysName(hostname))) return
  throw new Problem({
    status: 421,
    title: 'Not the name of this console',
    detail: `You asked for ${hostname || 'no name'}. If that is where this console is, start it with CONSOLE_URL=${ctx.protocol}://${ctx.host}.`,
  })
}

function isNobodysName(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return isIP(bare) !== 0 || !bare.includes('.') || /\.(?:localhost|svc|svc\.cluster\.local)$/.test(bare)
}

/** Whether only this machine reaches an address that a server listens at. */
export const isLoopback = (host: string): boolean =>
  ['localhost', '::1', '[::1]'].includes(host) || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(host)
