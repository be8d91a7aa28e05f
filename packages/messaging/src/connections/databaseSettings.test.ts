import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { inspect } from 'node:util'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { certificateAuthority } from '../../../../deploy/local/stack/certificates.ts'
import { readEnvironment } from '../settings.ts'
import { databaseAt, databaseSettings } from './databaseSettings.ts'

let [folder, ca] = ['', '']
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petrel-database-'))
  ca = join(folder, 'ca.pem')
  await writeFile(ca, (await certificateAuthority('Petrel test CA')).ca)
})
afterAll(() => rm(folder, { recursive: true }))

const read = (environment: Record<string, string>) => readEnvironment(databaseSettings, environment).database

test('a URL is taken apart: its password and what is about TLS are not in it any more', () => {
  const url = `postgres://sales:it%27s%20%4025@db:5433/sales?application_name=x&sslmode=verify-full&sslrootcert=${ca}`
  const database = read({ DATABASE_URL: url })
  expect(database.url).toBe('postgres://sales@db:5433/sales?application_name=x')
  expect(database.password?.read()).toBe("it's @25")
  expect(database.tls).toMatchObject({ verify: 'full' })
  expect(inspect(database, { depth: 9, showHidden: true })).not.toContain("it's")
})

test.for<[string, () => string, string | undefined]>([
  ['nothing', () => '', undefined],
  ['sslmode=disable', () => 'sslmode=disable', undefined],
  ['sslmode=require', () => 'sslmode=require', 'none'],
  ['sslmode=require with a CA', () => `sslmode=require&sslrootcert=${ca}`, 'chain'],
  ['sslmode=verify-ca', () => 'sslmode=verify-ca', 'chain'],
  ['sslmode=verify-full with the CAs of the system', () => 'sslmode=verify-full&sslrootcert=system', 'full'],
  ['ssl=true', () => 'ssl=true', 'full'],
])('%s is understood as libpq means it', ([, parameters, verify]) => {
  expect(databaseAt(`postgres://db/sales?${parameters()}`).tls?.verify).toBe(verify)
})

test.for<[string, Record<string, string>, RegExp]>([
  ['nothing', {}, /DATABASE_URL: is needed/],
  ['no URL', { DATABASE_URL: 'db' }, /DATABASE_URL: must be a URL/],
  ['another protocol', { DATABASE_URL: 'mysql://db/sales' }, /DATABASE_URL: must be a URL/],
  ['prefer', { DATABASE_URL: 'postgres://db/sales?sslmode=prefer' }, /DATABASE_URL: sslmode must be one of disable, require/],
  ['an unknown mode', { DATABASE_URL: 'postgres://db/sales', DATABASE_SSL_MODE: 'allow' }, /DATABASE_SSL_MODE: must be one of/],
  [
    'a mode twice',
    { DATABASE_URL: 'postgres://db/sales?sslmode=require', DATABASE_SSL_MODE: 'require' },
    /DATABASE_SSL_MODE: is in/,
  ],
  [
    'a password twice',
    { DATABASE_URL: 'postgres://u:x@db/sales', DATABASE_PASSWORD: 'y' },
    /DATABASE_PASSWORD: is in DATABASE_URL as well/,
  ],
  [
    'a CA without TLS',
    { DATABASE_URL: 'postgres://db/sales', DATABASE_SSL_MODE: 'disable', DATABASE_SSL_CA: 'x' },
    /DATABASE_SSL_CA: has a meaning only/,
  ],
  [
    'a CA and no mode',
    { DATABASE_URL: 'postgres://db/sales', DATABASE_SSL_CA: 'x' },
    /DATABASE_SSL_CA: has a meaning only with DATABASE_SSL_MODE/,
  ],
  [
    'a CA file that is not there',
    { DATABASE_URL: 'postgres://db/sales?sslmode=verify-ca&sslrootcert=/none' },
    /DATABASE_URL: cannot be used: .*ENOENT/,
  ],
  [
    'a password that is not encoded',
    { DATABASE_URL: 'postgres://u:hush%zz@db/sales' },
    /DATABASE_URL: the password in it must be percent-encoded/,
  ],
])('%s is refused at the start, by the name of the variable', ([, environment, message]) => {
  expect(() => read(environment)).toThrow(message)
  expect(() => read(environment)).not.toThrow(/hush/)
})
