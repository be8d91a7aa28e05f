import { expect, test } from 'vitest'
import { turns } from './turns.ts'

test('whoever waits longest has the next turn', async () => {
  const { take, leave } = turns(1, 60_000)
  await take()
  const order: string[] = []
  const waiting = ['first', 'second'].map((name) => take().then(() => order.push(name)))
  leave()
  leave()
  await Promise.all(waiting)
  expect(order).toEqual(['first', 'second'])
})

test('nobody waits longer than they can, and whoever gave up takes no turn from those who come later', async () => {
  const { take, leave } = turns(1, 10)
  await take()
  await expect(take()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  leave()
  await take()
})

test('those who are sent away hear why, and the place goes to the next one', async () => {
  const { take, leave, sendAway } = turns(1, 60_000)
  await take()
  const away = new Error('nobody answers')
  const waiting = [take(), take()]
  sendAway(away)
  expect(await Promise.allSettled(waiting)).toMatchObject([{ reason: away }, { reason: away }])
  leave()
  await take()
})
