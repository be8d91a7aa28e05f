import { expect, test } from 'vitest'
import type { GroupPosition } from '../port.ts'
import { aUnit, type UnderTest } from './fixture.ts'

const position = (offset: bigint, changes: Partial<GroupPosition> = {}): GroupPosition => ({
  group: 'billing',
  topic: 'sales.order-placed',
  topicId: 'first',
  partition: 0,
  offset,
  ...changes,
})

export function positionsConformance({ store, other, save }: UnderTest): void {
  const saved = async (group = 'billing') => {
    const positions = (await other().positions(group)).toSorted((a, b) => a.partition - b.partition)
    return positions.map((each): GroupPosition => {
      const { topic, topicId, partition, offset } = each
      return { group: each.group, topic, topicId, partition, offset }
    })
  }

  test('a group has no position before one was saved', async () => {
    await save(aUnit())
    expect(await saved()).toEqual([])
  })

  test('positions are saved with a unit, each group and partition for itself', async () => {
    const positions = [position(7n), position(2n ** 40n, { partition: 1 }), position(3n, { group: 'billing.retry' })]
    await save(aUnit({ positions }))
    expect(await saved()).toEqual(positions.slice(0, 2))
    expect(await saved('billing.retry')).toEqual(positions.slice(2))
    expect((await store().positions('billing'))[0]?.savedAt).toBeInstanceOf(Date)
  })

  test('a position is saved without anything else', async () => {
    expect(await save(aUnit({ handled: [], positions: [position(1n)] }))).toBeUndefined()
    expect(await saved()).toEqual([position(1n)])
  })

  test('a lane that had moved on does not take the position of its next owner back', async () => {
    await save(aUnit({ positions: [position(9n)] }))
    await save(aUnit({ positions: [position(5n)] }))
    expect(await saved()).toEqual([position(9n)])
    await save(aUnit({ positions: [position(12n)] }))
    expect(await saved()).toEqual([position(12n)])
  })

  test('a topic that was made again begins anew', async () => {
    await save(aUnit({ positions: [position(9n)] }))
    await save(aUnit({ positions: [position(2n, { topicId: 'second' })] }))
    expect(await saved()).toEqual([position(2n, { topicId: 'second' })])
  })

  test('a unit that is refused saves no position', async () => {
    const unit = aUnit()
    await save(unit)
    await expect(save({ ...unit, positions: [position(1n)] })).rejects.toThrow()
    expect(await saved()).toEqual([])
  })
}
