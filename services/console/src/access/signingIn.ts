import { createHash } from 'node:crypto'
import type { Log } from '@petrel/messaging'
import type { Context } from 'koa'
import { z } from 'zod'
import { type Claims, LoginFailed, nameOf, type Provider } from './provider.ts'
import { roleIn, type RoleMapping } from './roles.ts'
import { answerSentence } from './sentence.ts'
import { beginSession, endSession, type Kept, setCookie } from './session.ts'

export interface SigningInOptions extends Kept {
  readonly provider: Provider
  readonly mapping: RoleMapping
  readonly log: Log
}

/** The addresses of signing in and out. */
export const paths = {
  signIn: '/auth/sign-in',
  callback: '/auth/callback',
  signOut: '/auth/sign-out',
  signedOut: '/auth/signed-out',
} as const

/** What is answered there, to whoever asks. */
export const signingIn = (options: SigningInOptions): ReadonlyMap<string, (ctx: Context) => Promise<void>> =>
  new Map([
    [paths.signIn, (ctx) => sendToProvider(ctx, options)],
    [paths.callback, (ctx) => comeBack(ctx, options)],
    [paths.signOut, (ctx) => signOut(ctx, options)],
    [paths.signedOut, async (ctx) => answerSentence(ctx, { status: 200, sentence: 'You have signed out.', ...again })],
  ])

const again = { link: 'Sign in again', href: paths.signIn }

const loginSeconds = 600
const Login = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), to: z.string() })

async function sendToProvider(ctx: Context, { provider, seal, publicUrl }: SigningInOptions): Promise<void> {
  const { url, attempt } = await provider.begin()
  const value = await seal.close({ ...attempt, to: ownPath(ctx.query['to'], publicUrl) }, 'login', loginSeconds)
  setCookie(ctx, { name: loginCookie(attempt.state), value, seconds: loginSeconds }, publicUrl)
  ctx.set('Cache-Control', 'no-store')
  ctx.redirect(url.href)
}

async function comeBack(ctx: Context, options: SigningInOptions): Promise<void> {
  const { provider, seal, publicUrl, log } = options
  const name = loginCookie(String(ctx.query['state'] ?? ''))
  ctx.set('Cache-Control', 'no-store')
  try {
    const login = await seal.open(ctx.cookies.get(name) ?? '', 'login', Login)
    if (login === undefined) throw new LoginFailed('This login was begun in another browser, or more than ten minutes ago.')
    setCookie(ctx, { name, value: '', seconds: 0 }, publicUrl)
    await letIn(ctx, await provider.finish(new URL(ctx.originalUrl, publicUrl), login), login.to, options)
  } catch (error) {
    if (!(error instanceof LoginFailed)) throw error
    log.warn({ event: 'login-failed', err: error }, 'somebody could not sign in')
    answerSentence(ctx, { status: 400, sentence: error.message, ...again })
  }
}

async function letIn(ctx: Context, claims: Claims, to: string, options: SigningInOptions): Promise<void> {
  const { mapping, log } = options
  const [user, role] = [nameOf(claims), roleIn(claims, mapping)]
  if (role === undefined) {
    log.warn({ event: 'denied', user, claim: mapping.claim }, 'somebody signed in who has no role here')
    const wanted = Object.values(mapping.values).flat().join(', ')
    const sentence = `You are signed in as ${user}, and have no role here: the claim ${mapping.claim} has none of ${wanted}.`
    return answerSentence(ctx, { status: 403, sentence, link: 'Sign in as somebody else', href: paths.signOut })
  }
  await beginSession(ctx, { user, role }, options)
  log.info({ event: 'signed-in', user, role }, `${user} signed in as ${role}`)
  ctx.redirect(to)
}

async function signOut(ctx: Context, options: SigningInOptions): Promise<void> {
  // Another site's page must not sign anybody out. Programs and old browsers do not say where they come from.
  if (!['', 'none', 'same-origin'].includes(ctx.get('sec-fetch-site'))) return ctx.redirect('/')
  endSession(ctx, options)
  ctx.set('Cache-Control', 'no-store')
  // A provider that is away has been logged; here it is over all the same.
  const there = await options.provider.signOut(new URL(paths.signedOut, options.publicUrl)).catch(() => undefined)
  return ctx.redirect(there?.href ?? paths.signedOut)
}

/** One for each login: somebody may have two pages that sign in. */
const loginCookie = (state: string) => `petrel-login-${createHash('sha256').update(state).digest('hex').slice(0, 8)}`

/** Where somebody wanted to go: a path here, whatever was asked for. */
function ownPath(to: unknown, publicUrl: URL): string {
  const url = URL.parse(typeof to === 'string' ? to : '/', publicUrl)
  return url === null || url.origin !== publicUrl.origin || url.pathname.startsWith('//') ? '/' : url.pathname + url.search
}
