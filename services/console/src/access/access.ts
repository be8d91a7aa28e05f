import { randomUUID } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { Problem } from '../http/problem.ts'

/** What somebody may do; each may do what those before it may. */
export const roles = ['reader', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

export interface Identity {
  readonly user: string
  readonly role: Role
}

/** Who asks, and what they may. */
export interface Access {
  /** Comes before all routes: finds out who asks, and refuses what another site's page has sent. */
  readonly identify: Middleware
  /** For a route: refuses whoever has a lesser role. @throws Problem 403 */
  readonly requires: (role: Role) => Middleware
  /** Who asks. */
  readonly of: (ctx: Context) => Identity
  /** What the page is told about whoever looks at it. */
  readonly told: (ctx: Context) => {
    readonly kind: 'open' | 'oidc'
    readonly user: string
    readonly role: Role
    readonly csrf: string
  }
}

const csrfHeader = 'x-petrel-csrf'

/** Everybody who reaches the console may do everything: for one machine. */
export function openAccess(user: string): Access {
  const identity: Identity = { user, role: 'admin' }
  const csrf = randomUUID()
  return {
    identify: async (ctx, next) => {
      if (!['GET', 'HEAD', 'OPTIONS'].includes(ctx.method)) requireOwnPage(ctx, csrf)
      await next()
    },
    requires: () => (_, next) => next(),
    of: () => identity,
    told: () => ({ kind: 'open', ...identity, csrf }),
  }
}

/** A form of another site can send neither JSON nor a header of ours without asking first (CORS). */
function requireOwnPage(ctx: Context, csrf: string): void {
  if (ctx.is('json') !== 'json')
    throw new Problem({
      status: 415,
      title: 'Only JSON',
      detail: 'Send the body as application/json, {} when there is nothing to say.',
    })
  if (ctx.get(csrfHeader) !== csrf)
    throw new Problem({
      status: 403,
      title: 'Not from this page',
      detail: `Send the header ${csrfHeader} with the value of access.csrf of GET /api/summary.`,
    })
}
