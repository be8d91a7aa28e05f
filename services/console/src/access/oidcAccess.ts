import { Readable } from 'node:stream'
import { Problem } from '@petrel/pages'
import type { Context, Next } from 'koa'
import { type Access, type Identity, isAtLeast, tooLittle } from './access.ts'
import { requireOwnHost } from './host.ts'
import { isChange, requireJson, requireOwnPage } from './ownPage.ts'
import { readSession, type Session } from './session.ts'
import { paths, signingIn, type SigningInOptions } from './signingIn.ts'
import { bearerToken, sessionOfToken } from './bearer.ts'
import type { CheckToken } from './tokens.ts'

export interface OidcAccessOptions extends SigningInOptions {
  readonly checkToken: CheckToken
  /** Counts a change. @throws Problem 429 */
  readonly limit: (user: string) => void
}

/**
 * Whoever asks has signed in at a provider, which says who they are and what they may. It is all in their cookie, encrypted; a
 * program sends a token of the provider instead. What has been taken from somebody's roles counts when the session or the token ends.
 */
export function oidcAccess(options: OidcAccessOptions): Access {
  const { publicUrl, limit, log } = options
  const answers = signingIn(options)
  const sessions = new WeakMap<Context, Session>()
  const sessionOf = (ctx: Context): Session => {
    const session = sessions.get(ctx)
    if (session === undefined) throw signInFirst()
    return session
  }

  const answerKnown = async (session: Session, ctx: Context, next: Next) => {
    sessions.set(ctx, session)
    if (isChange(ctx)) {
      requireOwnPage(ctx, session.csrf, publicUrl)
      limit(session.user)
    }
    await next()
    endWith(session, ctx)
  }

  /** No browser adds such a header by itself: no other site's page can make it do something. */
  const answerToken = async (token: string, ctx: Context, next: Next) => {
    const session = await sessionOfToken(token, ctx, options)
    sessions.set(ctx, session)
    if (isChange(ctx)) {
      requireJson(ctx)
      limit(session.user)
    }
    await next()
    endWith(session, ctx)
  }

  return {
    identify: async (ctx, next) => {
      requireOwnHost(ctx, publicUrl)
      if (publicUrl.protocol === 'https:') ctx.set('Strict-Transport-Security', 'max-age=31536000')
      const token = bearerToken(ctx)
      if (token !== undefined) return answerToken(token, ctx, next)
      const answer = ctx.method === 'GET' ? answers.get(ctx.path) : undefined
      const session = await readSession(ctx, options)
      if (answer !== undefined) await answer(ctx)
      else if (session !== undefined) await answerKnown(session, ctx, next)
      else if (needsSession(ctx)) turnAway(ctx)
      else await next()
    },
    requires: (needed) => (ctx, next) => {
      const identity = identityOf(sessionOf(ctx))
      if (isAtLeast(identity.role, needed)) return next()
      log.warn({ event: 'denied', ...identity, needed, path: ctx.path }, 'somebody’s role was not enough')
      throw tooLittle(identity, needed)
    },
    of: (ctx) => identityOf(sessionOf(ctx)),
    told: (ctx) => {
      const session = sessionOf(ctx)
      const { csrf } = session
      // Who comes with a token has no session to end.
      return { kind: 'oidc', ...identityOf(session), csrf, ...(csrf !== '' && { signOut: paths.signOut }) }
    },
  }
}

const identityOf = ({ user, role }: Session): Identity => ({ user, role })

/** The files of which a page is made have no secrets: they are in the repository. A page's own address has no dot. */
const needsSession = ({ method, path }: Context): boolean =>
  !['GET', 'HEAD'].includes(method) || path.startsWith('/api/') || !/\.[a-z]+$/.test(path)

/** A person is sent to sign in, a program is told. */
function turnAway(ctx: Context): void {
  if (ctx.method !== 'GET' || ctx.path.startsWith('/api/')) throw signInFirst()
  ctx.redirect(`${paths.signIn}?to=${encodeURIComponent(ctx.originalUrl)}`)
}

const signInFirst = () =>
  new Problem({
    status: 401,
    title: 'Sign in first',
    detail: `Nobody is signed in, or not any more. Open ${paths.signIn} in a browser. A program sends a token of the provider.`,
  })

const longestTimeoutMs = 2 ** 31 - 1

/** A stream of changes ends with the session: whoever opens it again has to be known. */
function endWith({ until }: Session, { body }: Context): void {
  if (!(body instanceof Readable)) return
  const end = setTimeout(() => body.destroy(), Math.min(until - Date.now(), longestTimeoutMs))
  body.once('close', () => clearTimeout(end))
}
