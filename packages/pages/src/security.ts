import type { Context } from 'koa'

/** Everything comes from the service itself and nothing is written into the page: no inline script or style, no frame. */
const strict = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
}

/** @param exceptions what a page needs besides, for example `{ 'img-src': "'self' data:" }` */
export const contentSecurityPolicy = (exceptions: Partial<Record<keyof typeof strict, string>> = {}): string =>
  Object.entries({ ...strict, ...exceptions })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ')

const strictPolicy = contentSecurityPolicy()

export function securityHeaders(ctx: Context): void {
  ctx.set('Content-Security-Policy', strictPolicy)
  ctx.set('X-Content-Type-Options', 'nosniff')
  ctx.set('Referrer-Policy', 'same-origin')
  ctx.set('Cross-Origin-Opener-Policy', 'same-origin')
  ctx.set('Cross-Origin-Resource-Policy', 'same-origin')
}
