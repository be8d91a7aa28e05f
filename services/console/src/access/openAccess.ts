import type { Access, Identity } from './access.ts'
import { requireOwnHost } from './host.ts'
import { isChange, requireOwnPage } from './ownPage.ts'

export interface OpenAccessOptions {
  /** Who is written down for whatever is done. */
  readonly user: string
  /** The same in all instances, and unknown to pages of other sites. */
  readonly csrf: string
  readonly publicUrl: URL | undefined
  /** Counts a change. @throws Problem 429 */
  readonly limit: (user: string) => void
}

/** Everybody who reaches the console may do everything: for one machine. */
export function openAccess({ user, csrf, publicUrl, limit }: OpenAccessOptions): Access {
  const identity: Identity = { user, role: 'admin' }
  return {
    identify: async (ctx, next) => {
      requireOwnHost(ctx, publicUrl)
      if (isChange(ctx)) {
        requireOwnPage(ctx, csrf, publicUrl)
        limit(user)
      }
      await next()
    },
    requires: () => (_, next) => next(),
    of: () => identity,
    told: () => ({ kind: 'open', ...identity, csrf }),
  }
}
