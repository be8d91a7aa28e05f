import { setImmediate } from 'node:timers/promises'
import { avroCodec, type BrokerRecord, RegistryUnavailable } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { messageRecord, readDeadLetter } from '../testing/failingEndpoint.ts'
import { deadLetters } from './deadLetters.ts'

/** Letters with bodies of that schema. */
const letters = (count: number, schemaId: number): BrokerRecord[] =>
  Array.from({ length: count }, (_, number) => {
    const letter = readDeadLetter('', messageRecord('', number, { id: `m-${number}` }), number)
    return { ...letter, value: Buffer.from([0, 0, 0, 0, schemaId, 0]) }
  })

test('hundreds of letters with a schema that nobody knows wait once for a registry that does not answer', async () => {
  const asked: PromiseWithResolvers<never>[] = []
  const schemaOf = () => {
    const question = Promise.withResolvers<never>()
    asked.push(question)
    return question.promise
  }
  const preparing = deadLetters(avroCodec({ registry: { schemaOf } }), '', '').prepare(letters(500, 7))
  while (asked.length === 0) await setImmediate()
  asked[0]?.reject(new RegistryUnavailable('it hangs'))
  expect(await preparing).toBeInstanceOf(Function)
  expect(asked).toHaveLength(1)
})
