import { expect, test } from 'vitest'
import { each, inTurns } from './turns.ts'

test('all run once a round, whoever was first is last in the next, and figures stay in the order of the rounds', async () => {
  const order: string[] = []
  const results = await inTurns(
    2,
    [{ name: 'off' }, { name: 'on' }],
    async ({ name }, round) => {
      order.push(name)
      return { cost: name === 'on' ? round * 10 : round }
    },
    ({ cost }) => String(cost),
  )
  expect(order).toEqual(['off', 'on', 'on', 'off'])
  expect(each(results, ({ cost }) => cost)).toEqual({ off: [1, 2], on: [10, 20] })
})
