import { ListProduct } from '@petrel/contracts'
import { Unrecoverable } from '@petrel/messaging'
import { receive } from '@petrel/messaging/testing'
import { expect, test } from 'vitest'
import { sales } from './endpoint.ts'

test('a product with a price below zero is not offered', async () => {
  const { published, error } = await receive(
    sales,
    ListProduct({ sku: 'green-tea', name: 'Green tea', unitCents: -1, currency: 'EUR' }),
  )
  expect(error).toBeInstanceOf(Unrecoverable)
  expect(published).toEqual([])
})
