import { sample } from 'fast-check'
import { foreignHeaders } from '../../../packages/messaging/src/engine/testing/foreignRecords.ts'
import { ce, failure } from '../../../packages/messaging/src/headers.ts'
import { below, type Kinds, type Material, pick, randomBytes } from './material.ts'

const known: readonly string[] = [...Object.values(ce), ...Object.values(failure)]
/** What any object has without being given it. */
const ofEveryObject = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', 'length', '']

const oddTexts = [
  '',
  '0',
  '-1',
  '1e400',
  'NaN',
  String(2 ** 53),
  '9'.repeat(40),
  'null',
  'not a date',
  '0000-00-00T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  'sales.OrderPlaced',
  'billing',
  '{"a":1}',
  "'; drop table petrel_inbox; --",
  'zero \u0000 byte',
  '\u202E\u{1F375}',
  'h'.repeat(20_000),
]

/** Now and then bytes that are no text. */
const nonsense = ({ random }: Material): string | Buffer =>
  random() < 0.3 ? randomBytes(random, below(random, 60)) : pick(random, oddTexts)

const underName = (name: string) => [`nonsense in ${name}`, (material: Material) => ({ headers: { [name]: nonsense(material) } })]

/** Headers that Kafka takes and Petrel never writes. */
export const oddHeaders: Kinds = {
  ...(Object.fromEntries(known.map(underName)) as Kinds),
  'a header without a value': ({ random }) => ({ headers: { [pick(random, [...known, 'x-other'])]: null } }),
  'an empty header': ({ random }) => ({ headers: { [pick(random, [...known, 'x-other'])]: '' } }),
  'a header that is there several times': (material) => ({
    headers: { [pick(material.random, [...known, 'x-other'])]: [nonsense(material), null, nonsense(material), ''] },
  }),
  'a header named like what every object has': (material) => ({
    headers: Object.fromEntries([[pick(material.random, ofEveryObject), pick(material.random, [nonsense(material), null])]]),
  }),
  'a huge header': ({ random }) => ({
    headers: { [pick(random, [...known, 'x-other'])]: 'h'.repeat(100_000 + below(random, 200_000)) },
  }),
  'a header with a huge name': ({ random }) => ({ headers: { ['n'.repeat(1_000 + below(random, 30_000))]: 'x' } }),
  'a thousand headers': ({ random }) => ({
    headers: Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x-${index}`, String(random())])),
  }),
  'no headers': ({ number }) => ({ withoutHeaders: true, key: `foreign-${number}` }),
  'headers of many sorts': ({ random }) => ({
    headers: sample(foreignHeaders, { numRuns: 1, seed: below(random, 2 ** 31) })[0] ?? {},
  }),
}
