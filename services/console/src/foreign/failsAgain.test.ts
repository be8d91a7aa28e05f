import { expect, test } from 'vitest'
import { letterOf } from './letter.ts'
import { type Recorded, recorded } from './testing/recorded.ts'

const failureNames = (by: Parameters<typeof recorded>[0]) =>
  recorded(by).map((record) => {
    const { endpoint, identity } = letterOf(record, '')
    return JSON.stringify([endpoint, identity.source, identity.id])
  })

test.each(['springKafka', 'springRetryableTopic', 'kafkaConnect', 'watermill'] as const)(
  'when it fails again it is the same failure, as %s wrote it',
  (by: Recorded) => {
    const again = failureNames(`${by}Again`)
    expect(again).not.toEqual([])
    expect(failureNames(by)).toEqual(expect.arrayContaining(again))
    for (const record of recorded(`${by}Again`)) expect(letterOf(record, '').replayOf).toMatch(/^[\w-]+\/\d+\/\d+$/)
  },
)
