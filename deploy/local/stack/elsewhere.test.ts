import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { assertElsewhereAnswers, withoutCredentials } from './elsewhere.ts'
import { freePorts } from './ports.ts'

test('everything that does not answer is named, with its address, its variable and the ways out', async () => {
  const [port = 0] = await freePorts(1)
  const asked = assertElsewhereAnswers(
    {
      kafkaBrokers: `127.0.0.1:${port}`,
      registryUrl: `http://127.0.0.1:${port}/apis/ccompat/v7`,
      databaseUrl: `postgres://petrel:secret@127.0.0.1:${port}/postgres`,
    },
    { withinMs: 0 },
  )
  await expect(asked).rejects.toThrow(
    new RegExp(
      [
        `^Kafka does not answer at 127.0.0.1:${port} \\(KAFKA_BROKERS\\): ECONNREFUSED. Start it, correct KAFKA_BROKERS, or leave`,
        `registry does not answer at http://.*\\(SCHEMA_REGISTRY_URL\\): ECONNREFUSED`,
        `PostgreSQL does not answer at postgres://127.0.0.1:${port} \\(DATABASE_URL\\): ECONNREFUSED`,
      ].join('[^]*\n[^]*'),
    ),
  )
})

test('one broker of several is enough', async () => {
  const [port = 0] = await freePorts(1)
  await using there = await listening()
  await assertElsewhereAnswers({ kafkaBrokers: `127.0.0.1:${port}, ${there.address}` }, { withinMs: 0 })
})

test('what starts a moment after us is waited for', async () => {
  const [port = 0] = await freePorts(1)
  const asked = assertElsewhereAnswers({ kafkaBrokers: `127.0.0.1:${port}` })
  await using _ = await listening(port)
  await asked
})

test('a registry that answers with an error, or brokers that are no addresses, are not waited for', async () => {
  await using there = await listening()
  const asked = assertElsewhereAnswers({ registryUrl: `http://${there.address}/wrong`, kafkaBrokers: 'kafka' })
  await expect(asked).rejects.toThrow(/"kafka" is not host:port[^]*HTTP 404/)
})

test('an address is shown without its password', () => {
  expect(withoutCredentials('postgres://petrel:secret@db:5432/postgres')).toBe('postgres://db:5432')
})

async function listening(port = 0) {
  const server = createServer((_, response) => response.writeHead(404).end()).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
