import { basicAuthorization, withoutLogin } from '@petrel/messaging/connections'
import { z } from 'zod'

/** Whom the console asks or tells, as a person writes it: `https://user:password@host/`. */
export const address = z
  .url({ protocol: /^https?$/ })
  .refine(isWellFormed, 'has a user or a password that is not percent-encoded')

function isWellFormed(text: string): boolean {
  try {
    return withoutLogin(text).url.href !== ''
  } catch {
    return false
  }
}

/** What a request to the address takes. */
export function requestTo(text: string): { readonly url: URL; readonly headers: Readonly<Record<string, string>> } {
  const { url, login } = withoutLogin(text)
  return { url, headers: login === undefined ? {} : { authorization: basicAuthorization(login.username, login.password) } }
}
