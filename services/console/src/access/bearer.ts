import { Problem } from '@petrel/pages'
import type { Context } from 'koa'
import { nameOf } from './provider.ts'
import { roleIn } from './roles.ts'
import type { Session } from './session.ts'
import type { SigningInOptions } from './signingIn.ts'
import { type CheckToken, TokenRefused } from './tokens.ts'

/** The token that a program sends (RFC 6750, 2.1); undefined when it sends none. */
export const bearerToken = (ctx: Context): string | undefined => /^Bearer +(\S+) *$/i.exec(ctx.get('authorization'))?.[1]

type Options = Pick<SigningInOptions, 'mapping' | 'log'> & { readonly checkToken: CheckToken }

/** Who sends a token. It knows no word of the page's: `csrf` is empty. @throws Problem 401, 403, 503 */
export async function sessionOfToken(token: string, ctx: Context, { checkToken, mapping, log }: Options): Promise<Session> {
  const claims = await checkToken(token).catch((error: unknown) => {
    if (!(error instanceof TokenRefused)) throw error
    log.warn({ event: 'denied', err: error, path: ctx.path }, 'a program’s token was refused')
    ctx.set('WWW-Authenticate', 'Bearer error="invalid_token"')
    throw refused(error.message)
  })
  const [user, role] = [nameOf(claims), roleIn(claims, mapping)]
  if (role === undefined) {
    log.warn({ event: 'denied', user, claim: mapping.claim }, 'a program’s token has no role here')
    throw withoutRole(user, mapping.claim, Object.values(mapping.values).flat())
  }
  return { user, role, csrf: '', until: Number(claims['exp']) * 1_000 }
}

const refused = (why: string) =>
  new Problem({ status: 401, title: 'The token was refused', detail: `${why}. Get a new one from the login provider.` })

const withoutRole = (user: string, claim: string, wanted: readonly string[]) =>
  new Problem({
    status: 403,
    title: 'Your role is not enough',
    detail: `The token is of ${user}, and has no role here: its claim ${claim} has none of ${wanted.join(', ')}.`,
  })
