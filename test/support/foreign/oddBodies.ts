import { below, type Kinds, type Material, pick, randomBytes } from './material.ts'

/** Values that are not what the topic is for. */
export const oddBodies: Kinds = {
  'a tombstone': () => ({ value: null }),
  'an empty value': () => ({ value: Buffer.alloc(0) }),
  'another content type': ({ random, number }) => ({
    value: Buffer.from(JSON.stringify({ orderId: `foreign-${number}`, cents: random() })),
    headers: { 'content-type': pick(random, ['application/json', 'text/plain', 'application/cloudevents+json', '*/*']) },
  }),
  'bytes of nothing': ({ random }) => ({ value: randomBytes(random, 1 + below(random, 300)) }),
  'an unknown schema id': ({ random, message }) => ({ value: withSchemaId(message.value, 1_900_000_000 + below(random, 1e8)) }),
  'a negative schema id': ({ random, message }) => ({ value: withSchemaId(message.value, -1 - below(random, 1e9)) }),
  'a value that is cut off': ({ random, message }) => ({ value: message.value.subarray(0, below(random, message.value.length)) }),
  'changed bytes': ({ random, message }) => ({ value: changed(message.value, random) }),
  'more bytes than the message has': ({ random, message }) => ({
    value: Buffer.concat([message.value, randomBytes(random, 1 + below(random, 100))]),
  }),
  'a well-formed message with huge texts': async ({ write, type, number, random }) =>
    write(type, number, (_, text) => (random() < 0.3 ? text + 'x'.repeat(150_000) : text)),
  'a well-formed message with texts that few can store': async ({ write, type, number, random }) =>
    write(type, number, (_, text) => `${text} ${pick(random, ['\u0000', '\r\n.\r\n', '\u{1F375}', '\u202E', '"<>', '%00%s'])}`),
  'another message of the shop': ({ other }) => ({ value: other.value }),
  'a message of a schema that somebody else has registered': ({ random, schemas, type }) => ({
    value: pick(random, schemas.values(type, random)),
  }),
}

function withSchemaId(value: Buffer, id: number): Buffer {
  const copy = Buffer.from(value)
  copy.writeInt32BE(id, 1)
  return copy
}

function changed(value: Buffer, random: Material['random']): Buffer {
  const copy = Buffer.from(value)
  for (let times = 1 + below(random, 3); times > 0; times -= 1) copy[below(random, copy.length)] = below(random, 256)
  return copy
}
