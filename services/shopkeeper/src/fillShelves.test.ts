import type { Message } from '@petrel/messaging'
import { expect, test } from 'vitest'
import { fillShelves } from './fillShelves.ts'
import { goods } from './goods.ts'

/** @returns what a shopkeeper who is hired anew sends */
async function sent(): Promise<{ id: string | undefined; type: string; data: unknown }[]> {
  const all: { id: string | undefined; type: string; data: unknown }[] = []
  const send = async (message: Message, { id }: { id?: string } = {}) =>
    void all.push({ id, type: message.type.fullName, data: message.data })
  await fillShelves({ send })
  return all
}

test('every product is listed, and whatever there is of it is put on the shelf', async () => {
  const all = await sent()
  expect(all.filter(({ type }) => type.endsWith('ListProduct'))).toHaveLength(goods.length)
  expect(all).toContainEqual(expect.objectContaining({ data: { sku: 'honey', quantity: 250 } }))
  expect(all.filter(({ type }) => type.endsWith('RestockProduct'))).toHaveLength(goods.length - 1)
})

test('a shopkeeper who comes twice sends the same ids: nothing is on the shelf twice', async () => {
  const first = await sent()
  expect(await sent()).toEqual(first)
  expect(new Set(first.map(({ id }) => id)).size).toBe(first.length)
})
