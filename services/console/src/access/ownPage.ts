import { timingSafeEqual } from 'node:crypto'
import { Problem } from '@petrel/pages'
import type { Context } from 'koa'
import { csrfHeader } from './access.ts'

/** Whether a request is to change something. */
export const isChange = ({ method }: Pick<Context, 'method'>): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method)

/**
 * Refuses changes that another site's page has sent. A form of another site can send neither JSON nor a header of ours without
 * asking first (CORS), does not know the token, and has another origin.
 * @param csrf what the page was told @throws Problem 403, 415
 */
export function requireOwnPage(ctx: Context, csrf: string, publicUrl: URL | undefined): void {
  requireJson(ctx)
  if (!isOwnOrigin(ctx, publicUrl))
    throw new Problem({
      status: 403,
      title: 'Not from this page',
      detail: `The page of ${ctx.get('origin') || 'another site'} cannot change anything here.`,
    })
  if (!isSame(ctx.get(csrfHeader), csrf))
    throw new Problem({
      status: 403,
      title: 'Not from this page',
      detail: `Send the header ${csrfHeader} with the value of access.csrf of GET /api/summary. It changes when you sign in again.`,
    })
}

/** @throws Problem 415 */
export function requireJson(ctx: Context): void {
  if (ctx.is('json') !== 'json')
    throw new Problem({
      status: 415,
      title: 'Only JSON',
      detail: 'Send the body as application/json, {} when there is nothing to say.',
    })
}

/** Browsers say where a request comes from, programs do not. A proxy in front may have another name for us. */
function isOwnOrigin(ctx: Context, publicUrl: URL | undefined): boolean {
  const site = ctx.get('sec-fetch-site')
  if (site !== '' && site !== 'same-origin') return false
  const origin = ctx.get('origin')
  return origin === '' || origin === publicUrl?.origin || origin === `http://${ctx.host}` || origin === `https://${ctx.host}`
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
