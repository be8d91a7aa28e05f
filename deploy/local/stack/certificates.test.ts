import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { certificateAuthority } from './certificates.ts'

test('a certificate is signed by its authority, and names the hosts it is for', async () => {
  const { ca, issue } = await certificateAuthority('Test CA')
  const certificate = new X509Certificate((await issue({ name: 'kafka', hosts: ['localhost', '127.0.0.1'] })).cert)
  const authority = new X509Certificate(ca)
  expect(authority.ca).toBe(true)
  expect(certificate.ca).toBe(false)
  expect(certificate.verify(authority.publicKey)).toBe(true)
  expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1')
})

test('two certificates have different keys and numbers', async () => {
  const { issue } = await certificateAuthority('Test CA')
  const [one, other] = [await issue({ name: 'kafka' }), await issue({ name: 'kafka' })]
  expect(one.key).not.toBe(other.key)
  expect(new X509Certificate(one.cert).serialNumber).not.toBe(new X509Certificate(other.cert).serialNumber)
})

test.for([0x00, 0x7f, 0xff])('a certificate can be read whatever its number is: %d again and again', async (byte) => {
  const { ca, issue } = await certificateAuthority('Test CA', (size) => Buffer.alloc(size, byte))
  const authority = new X509Certificate(ca)
  expect(new X509Certificate((await issue({ name: 'kafka' })).cert).verify(authority.publicKey)).toBe(true)
})
