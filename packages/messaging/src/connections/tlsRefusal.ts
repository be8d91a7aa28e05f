import { certificatesIn, type TlsSettings } from './tls.ts'

/** Of X.509 and of Node: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const untrusted = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
])

/** What the server says of our certificate: https://www.rfc-editor.org/rfc/rfc8446#section-6.2 */
const aboutOurs = /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)$/

/** The server speaks something else on this port. */
const noTls = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_HTTP_REQUEST'])

/** What an error of TLS means, and what to check; undefined for any other error. */
export function tlsRefusal(error: unknown, tls: TlsSettings): string | undefined {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  const { prefix } = tls
  if (code === 'CERT_HAS_EXPIRED')
    return "the server's certificate has expired. Renew it there, and check the clock of this machine."
  if (code === 'CERT_NOT_YET_VALID') return "the server's certificate is not valid yet. Check the clock of this machine."
  if (untrusted.has(code))
    return `the server's certificate is not signed by anybody we trust (${code}). Is its CA in ${tls.ca?.variable ?? `${prefix}_CA_FILE`}?`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the server's certificate is for somebody else. ${message.replace(/\.?$/, '.')} Correct the address, or set ${prefix}_SERVER_NAME.`
  if (noTls.has(code)) return `it does not speak TLS on this port (${code}). Correct the address or the protocol.`
  if (aboutOurs.test(code)) return `it does not take our certificate (${code}). ${ourCertificate(tls)}`
  if (code.startsWith('ERR_SSL_')) return `TLS fails with ${code}. Which versions and ciphers does the server take?`
  return undefined
}

function ourCertificate({ prefix, cert }: TlsSettings): string {
  if (cert === undefined) return `Set ${prefix}_CERT_FILE and ${prefix}_KEY_FILE.`
  const [own] = certificatesIn(cert)
  return `That of ${cert.variable} is for ${own?.subject.replaceAll('\n', ', ')}, signed by ${own?.issuer.replaceAll('\n', ', ')}, and valid until ${own?.validTo}.`
}
