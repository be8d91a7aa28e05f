/**
 * An address as a person writes it, `https://user:password@host/`. fetch refuses one with a login in it, in words that quote the password.
 * @returns it without, and the header that says the same (https://www.rfc-editor.org/rfc/rfc7617)
 */
export function withLogin(address: string): { readonly url: URL; readonly headers: Readonly<Record<string, string>> } {
  const url = new URL(address)
  const [username, password] = [url.username, url.password].map(decodeURIComponent)
  if (url.username === '' && url.password === '') return { url, headers: {} }
  url.username = ''
  url.password = ''
  return { url, headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` } }
}
