import { createHmac, randomBytes } from 'node:crypto'
import type { Log } from '@petrel/messaging'
import type { Settings } from '../settings.ts'
import type { Access } from './access.ts'
import { isLoopback } from './host.ts'
import { oidcAccess } from './oidcAccess.ts'
import { openAccess } from './openAccess.ts'
import { openProvider } from './provider.ts'
import { rateLimit } from './rateLimit.ts'
import { sealWith } from './sealed.ts'
import { tokenCheck } from './tokens.ts'

/**
 * With a login where settings name a provider. Without one whoever reaches the console may do everything: that is for one machine,
 * and for others only when a setting says so. @throws Error naming the setting that is missing
 */
export function chooseAccess(settings: Settings, log: Log): Access {
  const publicUrl = settings.CONSOLE_URL === undefined ? undefined : new URL(settings.CONSOLE_URL)
  const limit = rateLimit(settings.CONSOLE_ACTIONS_PER_MINUTE)
  if (settings.CONSOLE_OIDC_ISSUER !== undefined) return withLogin(settings, limit, log)
  const isOnlyHere = isLoopback(settings.CONSOLE_HOST)
  if (!isOnlyHere && settings.CONSOLE_WITHOUT_LOGIN !== 'everywhere')
    throw new Error(
      `CONSOLE_HOST is ${settings.CONSOLE_HOST}: other machines would reach the console, and nobody would have to sign in. Name a login provider with CONSOLE_OIDC_ISSUER, or set CONSOLE_WITHOUT_LOGIN=everywhere if whoever reaches it may do everything.`,
    )
  if (isOnlyHere) log.info({ access: 'open' }, 'there is no login: whoever works on this machine may do everything')
  else log.warn({ access: 'open' }, 'there is no login, and other machines reach the console: whoever does may do everything')
  // Several instances tell the same token when they have the same secret.
  const secret = settings.CONSOLE_SESSION_SECRET?.[0] ?? randomBytes(32)
  const csrf = createHmac('sha256', secret).update('csrf').digest('base64url')
  return openAccess({ user: 'local', csrf, publicUrl, limit })
}

function withLogin(settings: Settings, limit: (user: string) => void, log: Log): Access {
  const issuer = new URL(required(settings, 'CONSOLE_OIDC_ISSUER'))
  if (issuer.protocol !== 'https:' && !isLoopback(issuer.hostname))
    throw new Error(`CONSOLE_OIDC_ISSUER is ${issuer.href}: without https anybody on the way could sign in as anybody.`)
  const publicUrl = new URL(required(settings, 'CONSOLE_URL'))
  const redirectUri = new URL('/auth/callback', publicUrl)
  log.info({ access: 'oidc', issuer: issuer.href, redirectUri: redirectUri.href }, `people sign in at ${issuer.origin}`)
  const clientId = required(settings, 'CONSOLE_OIDC_CLIENT_ID')
  const provider = openProvider({
    issuer,
    clientId,
    clientSecret: settings.CONSOLE_OIDC_CLIENT_SECRET,
    redirectUri,
    rolesClaim: settings.CONSOLE_OIDC_ROLES_CLAIM,
    log,
  })
  return oidcAccess({
    provider,
    checkToken: tokenCheck(provider, settings.CONSOLE_OIDC_AUDIENCE ?? clientId),
    seal: sealWith(required(settings, 'CONSOLE_SESSION_SECRET')),
    mapping: {
      claim: settings.CONSOLE_OIDC_ROLES_CLAIM,
      values: {
        reader: settings.CONSOLE_READERS,
        operator: settings.CONSOLE_OPERATORS,
        admin: settings.CONSOLE_ADMINS,
      },
    },
    publicUrl,
    sessionSeconds: settings.CONSOLE_SESSION_MINUTES * 60,
    limit,
    log,
  })
}

function required<K extends keyof Settings>(settings: Settings, name: K): NonNullable<Settings[K]> {
  const value = settings[name]
  if (value === undefined) throw new Error(`${name} is missing: a login needs it (CONSOLE_OIDC_ISSUER is set).`)
  return value
}
