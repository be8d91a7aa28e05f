import { randomBytes } from 'node:crypto'
import type { Context } from 'koa'
import { z } from 'zod'
import { type Identity, roles } from './access.ts'
import type { Seal } from './sealed.ts'

const Session = z.object({ user: z.string(), role: z.enum(roles), csrf: z.string(), until: z.number() })
/** Who has signed in. `until`: milliseconds since the epoch. */
export type Session = z.infer<typeof Session>

/** What is kept in browsers: any instance knows it, and none remembers it. */
export interface Kept {
  readonly seal: Seal
  /** Where people find the console. */
  readonly publicUrl: URL
  /** How long somebody is known before the provider is asked again. */
  readonly sessionSeconds: number
}

export async function readSession(ctx: Context, { seal, publicUrl }: Kept): Promise<Session | undefined> {
  const cookie = ctx.cookies.get(sessionCookie(publicUrl))
  return cookie === undefined ? undefined : seal.open(cookie, 'session', Session)
}

export async function beginSession(ctx: Context, identity: Identity, { seal, publicUrl, sessionSeconds }: Kept): Promise<void> {
  const csrf = randomBytes(24).toString('base64url')
  const session: Session = { ...identity, csrf, until: Date.now() + sessionSeconds * 1_000 }
  const value = await seal.close(session, 'session', sessionSeconds)
  setCookie(ctx, { name: sessionCookie(publicUrl), value, seconds: sessionSeconds }, publicUrl)
}

export function endSession(ctx: Context, { publicUrl }: Kept): void {
  setCookie(ctx, { name: sessionCookie(publicUrl), value: '', seconds: 0 }, publicUrl)
}

/** Of https alone, and of no other host: browsers see to it because of the name (RFC 6265bis, 4.1.3.2). */
const sessionCookie = ({ protocol }: URL) => (protocol === 'https:' ? '__Host-petrel' : 'petrel')

export interface Cookie {
  readonly name: string
  readonly value: string
  /** 0 removes it. */
  readonly seconds: number
}

/** Lax: the provider's redirect brings it, what another site's page fetches or posts does not. */
export function setCookie(ctx: Context, { name, value, seconds }: Cookie, { protocol }: URL): void {
  const secure = protocol === 'https:' ? '; Secure' : ''
  // Koa's own way refuses a secure cookie where a proxy ends TLS and does not say so.
  ctx.append('Set-Cookie', `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`)
}
