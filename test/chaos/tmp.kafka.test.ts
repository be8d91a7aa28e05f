import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { CompressionCodecs, CompressionTypes, Kafka, logLevel } from 'kafkajs'
import { OrderPlaced, PlaceOrder } from '@petrel/contracts'
import { uuid7 } from '@petrel/messaging'
import { confluentRegistry } from '@petrel/messaging/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { partitionOf } from '../../packages/messaging/src/broker/partitioner.ts'
import { avroCodec } from '../../packages/messaging/src/codec/codec.ts'
import { openShop, type Shop, wholeJourney } from '../support/shop.ts'

const order = { customerId: 'grace', email: 'grace@example.org', lines: [{ sku: 'green-tea', quantity: 2 }] }
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (e: { buffer: Buffer }) => zstdCompressSync(e.buffer),
  decompress: async (b: Buffer) => zstdDecompressSync(b),
})

describe('experiments', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(async () => {
    for (const s of shop.running.values())
      console.log(
        s.name,
        s.hasExited() && JSON.stringify(await s.exited),
        s.logs
          .slice(-3)
          .map((l) => JSON.stringify(l).slice(0, 900))
          .join('\n'),
      )
    await shop[Symbol.asyncDispose]()
  })
  const goesOn = async (orderId: string) => {
    await shop.keeper.send(PlaceOrder({ orderId, ...order }))
    await shop.orderHas(orderId, wholeJourney, 25_000)
  }
  const topic = () => shop.system.prefix + OrderPlaced.topic

  test('NUL order id', async () => {
    const registry = confluentRegistry({ url: shop.system.addresses.registryUrl })
    const id = (await registry.idOf(`${topic()}-value`, OrderPlaced.schema)) ?? 0
    const orderId = uuid7()
    const value = avroCodec({ registry }).encode(OrderPlaced, id, {
      orderId: 'a\u0000b',
      customerId: 'x',
      email: 'x@y.zz',
      lines: [],
      totalCents: 700,
      currency: 'EUR',
      placedAt: new Date(),
    })
    await shop.broker.publish([
      { topic: topic(), key: orderId, value, headers: { ce_id: uuid7(), ce_type: OrderPlaced.fullName } },
    ])
    await goesOn(orderId)
  })
  test('due in the year 3000, in a main topic', async () => {
    const orderId = uuid7()
    await shop.broker.publish([
      { topic: topic(), key: orderId, value: Buffer.from('x'), headers: { 'petrel-due-at': String(Date.UTC(3000)) } },
    ])
    await goesOn(orderId)
  })
  const compressed = async (compression: CompressionTypes, size: number) => {
    const orderId = uuid7()
    const kafka = new Kafka({ brokers: shop.system.addresses.kafkaBrokers.split(','), logLevel: logLevel.NOTHING })
    const producer = kafka.producer({
      createPartitioner:
        () =>
        ({ message }) =>
          partitionOf(String(message.key), 6),
    })
    await producer.connect()
    await producer.send({ topic: topic(), compression, messages: [{ key: orderId, value: Buffer.alloc(size, 'x') }] })
    await producer.disconnect()
    await goesOn(orderId)
  }
  test('gzip 1 kB', () => compressed(CompressionTypes.GZIP, 1000))
  test('gzip 5 MB', () => compressed(CompressionTypes.GZIP, 5_000_000))
  test('zstd 1 kB', () => compressed(CompressionTypes.ZSTD, 1000))
})
