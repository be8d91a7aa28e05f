import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type KeepsOffsets, keepOffsetsAsText } from './nextOffsets.ts'

/** In this file kafkajs is not patched. */
const { prototype: theirs } = createRequire(import.meta.url)('kafkajs/src/consumer/offsetManager/index.js') as {
  readonly prototype: KeepsOffsets
}
const ours = Object.create(theirs) as KeepsOffsets
keepOffsetsAsText(ours)

const offset = fc.oneof(fc.bigInt({ min: -2n, max: 2n ** 63n - 1n }).map(String), fc.constantFrom('0', '-1', ''))

test('a partition goes on where kafkajs says, and that is kept as kafkajs keeps it', () => {
  fc.assert(
    fc.property(fc.option(offset, { nil: undefined }), offset, (resolved, committed) => {
      const [own, known] = [ours, theirs].map((prototype) => {
        const offsets = Object.assign(Object.create(prototype) as KeepsOffsets, {
          resolvedOffsets: { placed: { 3: resolved } },
          committedOffsets: () => ({ placed: { 3: committed } }),
        })
        return [String(offsets.nextOffset('placed', 3)), offsets.resolvedOffsets['placed']?.[3]]
      })
      expect(own).toEqual(known)
    }),
  )
})
