import { X509Certificate } from 'node:crypto'
import { checkServerIdentity, type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls'
import type { Supplied } from './supplied.ts'
import type { Variables } from './variables.ts'

/** How a server is known, and how we show who we are, by certificates in PEM. */
export interface TlsSettings {
  /** How its variables begin: `KAFKA_SSL`. */
  readonly prefix: string
  /** Whom we trust. Default: the CAs that Node brings. */
  readonly ca: Supplied | undefined
  /** Our own certificate, with those between it and its CA. */
  readonly cert: Supplied | undefined
  readonly key: Supplied | undefined
  /** Of the key. */
  readonly keyPassword: Supplied | undefined
  /** Whom the server's certificate must name, when it is not the host that we connect to. */
  readonly serverName: string | undefined
  /** What of the server's certificate is checked: whom it names and who has signed it, only the latter, or nothing. */
  readonly verify: 'full' | 'chain' | 'none'
}

/** What `tls.connect` takes. */
export type TlsOptions = Pick<ConnectionOptions, 'secureContext' | 'servername' | 'rejectUnauthorized' | 'checkServerIdentity'>

/** Whether one of the variables is set. */
export const tlsVariables = (prefix: string): string[] =>
  ['CA', 'CERT', 'KEY', 'KEY_PASSWORD', 'SERVER_NAME'].map((name) => `${prefix}_${name}`)

/** Reads `<prefix>_CA`, `_CERT`, `_KEY`, `_KEY_PASSWORD` and `_SERVER_NAME`, and tries what they have. */
export function tlsSettings(
  variables: Variables,
  prefix: string,
  verify: (ca: Supplied | undefined) => TlsSettings['verify'] = () => 'full',
): TlsSettings {
  const ca = variables.supplied(`${prefix}_CA`)
  const settings: TlsSettings = {
    prefix,
    ca,
    cert: variables.supplied(`${prefix}_CERT`),
    key: variables.supplied(`${prefix}_KEY`),
    keyPassword: variables.supplied(`${prefix}_KEY_PASSWORD`),
    serverName: variables.text(`${prefix}_SERVER_NAME`),
    verify: verify(ca),
  }
  checkTls(settings, variables.wrong)
  return settings
}

/** Of a server whose variables nobody has read: those CAs that Node brings, and no certificate of our own. */
export const noTlsSettings = (prefix: string): TlsSettings => ({
  prefix,
  ca: undefined,
  cert: undefined,
  key: undefined,
  keyPassword: undefined,
  serverName: undefined,
  verify: 'full',
})

/** Takes down what cannot be used, variable by variable. OpenSSL's reasons never quote a key. */
export function checkTls({ prefix, ca, cert, key, keyPassword }: TlsSettings, wrong: Variables['wrong']): void {
  if (cert !== undefined && key === undefined) wrong(`${prefix}_KEY`, `is needed with ${cert.variable}`)
  if (key !== undefined && cert === undefined) wrong(`${prefix}_CERT`, `is needed with ${key.variable}`)
  const parts = [
    [ca, () => certificatesIn(ca)],
    [cert, () => certificatesIn(cert)],
    [key, () => createSecureContext({ key: key?.read(), passphrase: keyPassword?.read() })],
  ] as const
  const isWhole = parts.every(([part, use]) => part === undefined || works(part.variable, use, wrong))
  if (isWhole && cert !== undefined && key !== undefined)
    works(key.variable, () => createSecureContext({ cert: cert.read(), key: key.read(), passphrase: keyPassword?.read() }), wrong)
}

function works(variable: string, use: () => unknown, wrong: Variables['wrong']): boolean {
  try {
    use()
    return true
  } catch (error) {
    wrong(variable, `cannot be used: ${(error as Error).message}`)
    return false
  }
}

/** Node takes a CA that is none, and then trusts nobody. */
export function certificatesIn(supplied: Supplied | undefined): X509Certificate[] {
  const texts = supplied?.read().match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (texts.length === 0) throw new Error('there is no certificate in it (PEM begins with -----BEGIN CERTIFICATE-----)')
  return texts.map((text) => new X509Certificate(text))
}

/**
 * Options for one connection after the other, each with what the files have by then. While a file is missing or half written,
 * what was there before is used.
 */
export function tlsOptions(tls: TlsSettings): () => TlsOptions {
  let used: { readonly texts: string; readonly context: SecureContext } | undefined
  const context = () => {
    try {
      const [ca, cert, key, passphrase] = [tls.ca, tls.cert, tls.key, tls.keyPassword].map((supplied) => supplied?.read())
      const texts = JSON.stringify([ca, cert, key, passphrase])
      if (used?.texts !== texts) used = { texts, context: createSecureContext({ ca, cert, key, passphrase }) }
    } catch (error) {
      if (used === undefined) throw error
    }
    return used?.context
  }
  return () => ({ secureContext: context(), rejectUnauthorized: tls.verify !== 'none', ...identityOf(tls) })
}

function identityOf({ verify, serverName }: TlsSettings): TlsOptions {
  if (verify !== 'full') return { checkServerIdentity: () => undefined }
  if (serverName === undefined) return {}
  return { servername: serverName, checkServerIdentity: (_, certificate) => checkServerIdentity(serverName, certificate) }
}
