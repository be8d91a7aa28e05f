/** A URL without the user and the password that were in it. */
export interface WithoutLogin {
  readonly url: URL
  /** Undefined where the URL had none. */
  readonly login: { readonly username: string; readonly password: string } | undefined
}

/**
 * Takes a user and a password out of a URL: nobody prints them with it, and `fetch` would refuse it, in words that quote the password.
 * @throws URIError when they are not percent-encoded
 */
export function withoutLogin(text: string): WithoutLogin {
  const url = new URL(text)
  const [username = '', password = ''] = [url.username, url.password].map(decodeURIComponent)
  url.username = ''
  url.password = ''
  return { url, login: username === '' && password === '' ? undefined : { username, password } }
}

/** Of the header `authorization` (https://www.rfc-editor.org/rfc/rfc7617). */
export const basicAuthorization = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
