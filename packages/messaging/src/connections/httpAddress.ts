import { z } from 'zod'
import { basicAuthorization, withoutLogin } from './urlLogin.ts'

/** Whom a service asks over HTTP, as a person writes it: `https://user:password@host/`. */
export const httpAddress = z
  .url({ protocol: /^https?$/ })
  .refine(isWellFormed, 'has a user or a password that is not percent-encoded')

function isWellFormed(text: string): boolean {
  try {
    return withoutLogin(text).url.href !== ''
  } catch {
    return false
  }
}

/** What a request to the address takes; the URL is fit to be printed. */
export function requestTo(text: string): { readonly url: URL; readonly headers: Readonly<Record<string, string>> } {
  const { url, login } = withoutLogin(text)
  return { url, headers: login === undefined ? {} : { authorization: basicAuthorization(login.username, login.password) } }
}
