import { describe, expect, test } from 'vitest'
import { InvalidMessage } from './errors.ts'
import { aParcel, parcel, registered } from './example.ts'

describe('what does not fit its schema', () => {
  const wrong: [string, object, string][] = [
    ['a fraction', { items: [{ sku: 'tea', quantity: 1.5 }] }, 'shipping.ParcelWeighed.items.0.quantity: 1.5 is not an int'],
    ['a number too large', { grams: 2 ** 31 }, 'shipping.ParcelWeighed.grams: 2147483648 is not an int'],
    ['an amount that a number cannot hold', { cents: 2 ** 53 }, 'shipping.ParcelWeighed.cents: 9007199254740992 is not a long'],
    [
      'an amount whose sign would be lost',
      { cents: -(2 ** 52) - 1 },
      'shipping.ParcelWeighed.cents: -4503599627370497 is not a long',
    ],
    ['a text for a number', { grams: '1' }, `shipping.ParcelWeighed.grams: '1' is not an int`],
    ['a missing field', { insured: undefined }, 'shipping.ParcelWeighed.insured: is missing'],
    ['a missing field of a line', { items: [{ sku: 'tea' }] }, 'shipping.ParcelWeighed.items.0.quantity: is missing'],
    ['an undeclared field', { colour: 'red' }, 'shipping.ParcelWeighed: has no field "colour" in its schema'],
    [
      'an undeclared field of a line',
      { items: [{ sku: 'a', quantity: 1, x: 1 }] },
      'shipping.ParcelWeighed.items.0: has no field "x"',
    ],
    ['milliseconds for a time', { weighedAt: 5 }, 'shipping.ParcelWeighed.weighedAt: 5 is not a valid Date'],
    [
      'an invalid time',
      { weighedAt: new Date(Number.NaN) },
      'shipping.ParcelWeighed.weighedAt: Invalid Date is not a valid Date',
    ],
    ['an unknown symbol', { size: 'HUGE' }, `shipping.ParcelWeighed.size: 'HUGE' is not one of SMALL, LARGE, OTHER`],
    ['a number for an optional text', { note: 3 }, 'shipping.ParcelWeighed.note: 3 is not null or a string'],
    ['an object for a list', { items: {} }, 'shipping.ParcelWeighed.items: {} is not an array'],
    ['a wrong value in a map', { marks: { fragile: 'yes' } }, `shipping.ParcelWeighed.marks.fragile: 'yes' is not an int`],
    ['an empty key', { parcelId: '' }, `shipping.ParcelWeighed.parcelId: is empty, but it is the record's key`],
  ]
  test.for(wrong)('a message with %s is refused, and the error names the field', async ([, change, message]) => {
    const { codec, id } = await registered()
    const encode = () => codec.encode(parcel, id, { ...aParcel(), ...change })
    expect(encode).toThrow(InvalidMessage)
    expect(encode).toThrow(message)
  })

  test('an error about a long text shows only a part of it', async () => {
    const { codec, id } = await registered()
    const error = (() => {
      try {
        return codec.encode(parcel, id, { ...aParcel(), grams: 'x'.repeat(100_000) })
      } catch (error) {
        return error as Error
      }
    })() as Error
    expect(error.message.length).toBeLessThan(200)
  })
})
