import {
  array,
  assert,
  asyncProperty,
  bigInt,
  boolean,
  constantFrom,
  date,
  integer,
  jsonValue,
  maxSafeInteger,
  oneof,
  option,
  string,
  uint8Array,
  uniqueArray,
  uuid,
  type Arbitrary,
} from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testSystem, type TestSystem } from '../../../../../test/support/stack.ts'
import { type ArrayType, arrayOf } from './arrays.ts'
import { BinaryWriter } from './binaryWriter.ts'

let system: TestSystem
let client: Client
const writer = new BinaryWriter()

beforeAll(async () => {
  system = await testSystem()
  client = new Client({ connectionString: await system.createDatabase('arrays') })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await system.cleanup()
})

const withoutNul = (text: string) => !text.includes('\0')
const json = jsonValue().filter((value) => withoutNul(JSON.stringify(value).replaceAll(String.raw`\u0000`, '\0')))

/** Values of a type, and how PostgreSQL's text form of it is read. */
const types: Record<ArrayType, { readonly values: Arbitrary<unknown>; readonly read: (text: string) => unknown }> = {
  text: { values: string({ unit: 'grapheme' }).filter(withoutNul), read: (text) => text },
  uuid: { values: uuid(), read: (text) => text },
  integer: { values: integer(), read: Number },
  bigint: { values: oneof(maxSafeInteger().map(BigInt), bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), read: BigInt },
  boolean: { values: boolean(), read: (text) => text === 'true' },
  timestamptz: {
    values: oneof(
      date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
      constantFrom(new Date(0)),
    ),
    read: (text) => new Date(text),
  },
  json: { values: json, read: (text) => JSON.parse(text) as unknown },
  jsonb: { values: json, read: (text) => JSON.parse(text) as unknown },
  tsvector: {
    values: uniqueArray(string({ unit: 'grapheme', minLength: 1 }).filter(withoutNul)).map((words) => new Set(words)),
    // Of what can be in a word, its text form doubles quotes and backslashes.
    read: (text) =>
      new Set(
        [...text.matchAll(/'((?:[^']|'')*)'/gs)].map(([, word = '']) => word.replaceAll(/''|\\\\/g, (two) => two[0] ?? '')),
      ),
  },
  bytea: { values: uint8Array().map((bytes) => Buffer.from(bytes)), read: (text) => Buffer.from(text.slice(2), 'hex') },
}

test.each(Object.entries(types))('PostgreSQL reads every array of %s as it was written', async (type, { values, read }) => {
  await assert(
    asyncProperty(array(option(values)), async (given) => {
      const { rows } = await client.query<{ value: string | null }>({
        name: type,
        text: `select ${type === 'timestamptz' ? `to_char(value at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')` : 'value::text'} as value
          from unnest($1::${type}[]) with ordinality as given (value, at) order by at`,
        values: [arrayOf(writer, type as ArrayType, given)],
      })
      expect(rows.map(({ value }) => (value === null ? null : read(value)))).toEqual(given.map(normal))
    }),
    { numRuns: 60 },
  )
})

/** JSON has no −0, and its objects no prototype. */
const normal = (value: unknown): unknown =>
  typeof value === 'number' ||
  (typeof value === 'object' && value !== null && !(value instanceof Date || value instanceof Set) && !Buffer.isBuffer(value))
    ? JSON.parse(JSON.stringify(value))
    : value

test('a number is written as exactly as JavaScript holds it', async () => {
  const given = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0, -1, 4_294_967_296, -4_294_967_297]
  const { rows } = await client.query('select unnest($1::bigint[])::text as value', [arrayOf(writer, 'bigint', given)])
  expect(rows).toEqual(given.map((value) => ({ value: String(value) })))
})
