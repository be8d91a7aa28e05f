import { Problem } from '@petrel/pages'
import type { Context, Middleware } from 'koa'

/** What somebody may do; each may do what those before it may. */
export const roles = ['reader', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

export interface Identity {
  /** As people know them, for what is written down. */
  readonly user: string
  readonly role: Role
}

/** What the page is told about whoever looks at it. */
export interface Told extends Identity {
  readonly kind: 'open' | 'oidc'
  /** To be sent back in the header {@link csrfHeader} with everything that changes something. */
  readonly csrf: string
  /** Where one signs out; undefined where nobody signs in. */
  readonly signOut?: string
}

/** Who asks, and what they may. */
export interface Access {
  /** Comes before all routes: finds out who asks, and refuses what another site's page has sent. */
  readonly identify: Middleware
  /** For a route: refuses whoever has a lesser role. @throws Problem 403 */
  readonly requires: (role: Role) => Middleware
  /** Who asks. */
  readonly of: (ctx: Context) => Identity
  readonly told: (ctx: Context) => Told
}

export const csrfHeader = 'x-petrel-csrf'

/** Whether somebody with a role may do what another one may. */
export const isAtLeast = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed)

export const tooLittle = ({ user, role }: Identity, needed: Role): Problem =>
  new Problem({
    status: 403,
    title: 'Your role is not enough',
    detail: `You are signed in as ${user}, with the role ${role}. This needs ${needed}. Whoever gives out roles at your login provider can change it.`,
  })
