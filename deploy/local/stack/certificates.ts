import { generateKeyPair, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import forge from 'node-forge'

/** A certificate with its key, in PEM (PKCS 8). */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** A certificate authority for one machine, made on the spot. Nobody else trusts it, and its key is nowhere on the disk. */
export interface Authority {
  /** What others need to trust it, in PEM. */
  readonly ca: string
  issue(this: void, request: CertificateRequest): Promise<Certificate>
}

export interface CertificateRequest {
  readonly name: string
  /** Names and addresses of a server; none for a client. */
  readonly hosts?: readonly string[]
  readonly validFrom?: Date
  readonly validUntil?: Date
}

/** @param random where the serial numbers come from */
export async function certificateAuthority(name: string, random: (size: number) => Buffer = randomBytes): Promise<Authority> {
  const key = await newKey()
  const certificate = unsigned({ name }, key, name, random)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ])
  const signingKey = forge.pki.privateKeyFromPem(key.privateKey)
  certificate.sign(signingKey, forge.md.sha256.create())
  return {
    ca: forge.pki.certificateToPem(certificate),
    async issue(request) {
      const own = await newKey()
      const issued = unsigned(request, own, name, random)
      issued.setExtensions(extensions(request))
      issued.sign(signingKey, forge.md.sha256.create())
      return { cert: forge.pki.certificateToPem(issued), key: own.privateKey }
    },
  }
}

/** By Node: forge makes keys too, in seconds each. */
const newKey = () =>
  promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

const day = 86_400_000

function unsigned(
  { name, validFrom, validUntil }: CertificateRequest,
  key: { readonly publicKey: string },
  issuer: string,
  random: (size: number) => Buffer,
) {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(key.publicKey)
  // The first bit is its sign, and a number that begins with zeros is none that OpenSSL reads.
  certificate.serialNumber = `01${random(15).toString('hex')}`
  // A clock may be a little late.
  certificate.validity.notBefore = validFrom ?? new Date(Date.now() - day)
  certificate.validity.notAfter = validUntil ?? new Date(Date.now() + 365 * day)
  certificate.setSubject([{ name: 'commonName', value: name }])
  certificate.setIssuer([{ name: 'commonName', value: issuer }])
  return certificate
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6: 2 is a name, 7 an address. */
function extensions({ hosts = [] }: CertificateRequest): object[] {
  const altNames = hosts.map((host) => (isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host }))
  return [
    { name: 'basicConstraints', cA: false },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    ...(altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : []),
  ]
}
