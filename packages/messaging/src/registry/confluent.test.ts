import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { confluentRegistry } from './confluent.ts'
import { NotAvro, RegistryUnavailable } from './port.ts'

const schema = { type: 'record', name: 'Something', fields: [] }

/** A registry that answers everything with the listener, while the test runs. */
async function answering(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/apis`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const reply =
  (status: number, body: string): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(body)

const faults: [string, RequestListener][] = [
  ['fails', reply(500, '{"error_code":50001,"message":"the database is away"}')],
  ['is overloaded', reply(503, 'try later')],
  ['wants to know who asks', reply(401, '{"error_code":401,"message":"Unauthorized"}')],
  ['wants to know who asks in words', reply(403, 'Forbidden')],
  ['is asked too often', reply(429, '{"error_code":42901,"message":"Too many requests"}')],
  ['waits too long for the question', reply(408, '{"error_code":408,"message":"Request timeout"}')],
  ['has nothing at this address', reply(404, '<h1>Not Found</h1>')],
  ['is a proxy without this address', reply(404, '{"message":"no Route matched with those values"}')],
  ['has its API elsewhere', reply(404, '{"error_code":404,"message":"HTTP 404 Not Found"}')],
  ['is a proxy that refuses', reply(400, '<h1>Bad Request</h1>')],
  ['answers null', reply(404, 'null')],
  ['answers with something else', reply(200, '<h1>Welcome</h1>')],
  ['hangs up', (request) => request.socket.destroy()],
  ['does not answer in time', () => undefined],
]

test.for(faults)('a registry that %s is unavailable, and no message is at fault', async ([, listener]) => {
  await using server = await answering(listener)
  const registry = confluentRegistry({ url: server.url, timeoutMs: 300 })
  await expect(registry.schemaOf(1)).rejects.toThrow(RegistryUnavailable)
  await expect(registry.idOf('subject', schema)).rejects.toThrow(RegistryUnavailable)
  await expect(registry.register('subject', schema)).rejects.toThrow(RegistryUnavailable)
  await expect(registry.schemaOf(1)).rejects.toThrow(server.url)
})

test('a registry that is not there is unavailable', async () => {
  const { url, [Symbol.asyncDispose]: close } = await answering(reply(200, '{}'))
  await close()
  await expect(confluentRegistry({ url }).schemaOf(1)).rejects.toThrow(/ECONNREFUSED/)
})

const aboutTheId: [string, RequestListener][] = [
  ['there is no such schema', reply(404, '{"error_code":40403,"message":"Schema 1 not found"}')],
  ['this is no id', reply(400, '{"error_code":400,"message":"1 is no id"}')],
  ['this id cannot be processed', reply(422, '{"error_code":42205,"message":"Operation not permitted"}')],
  ['the schema is gone', reply(410, '{"error_code":41001,"message":"Schema 1 was deleted"}')],
]
test.for(aboutTheId)('a registry that says that %s is there, and knows no schema of that id', async ([, listener]) => {
  await using server = await answering(listener)
  expect(await confluentRegistry({ url: server.url }).schemaOf(1)).toBeUndefined()
})

const notAvro: [string, object, RegExp][] = [
  ['in another language', { schemaType: 'PROTOBUF', schema: 'message Something {}' }, /it is PROTOBUF/],
  ['in JSON Schema that looks like Avro', { schemaType: 'JSON', schema: '{"type":"string"}' }, /it is JSON/],
  ['cut short', { schema: '{"type":"record"' }, /it is not JSON/],
  ['of five megabytes', { schema: JSON.stringify({ type: 'string', doc: 'x'.repeat(5_000_000) }) }, /larger than 4194304 bytes/],
]
test.for(notAvro)('a schema %s is no Avro schema, and that will not change', async ([, answer, reason]) => {
  await using server = await answering(reply(200, JSON.stringify(answer)))
  const asked = confluentRegistry({ url: server.url }).schemaOf(1)
  await expect(asked).rejects.toThrow(NotAvro)
  await expect(asked).rejects.toThrow(reason)
})

test('subjects are asked for by their whole name, with FULL_TRANSITIVE before the first version', async () => {
  const asked: string[] = []
  await using server = await answering((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end('{"id":5}')
  })
  expect(await confluentRegistry({ url: `${server.url}/` }).register('a/b c', schema)).toBe(5)
  expect(asked).toEqual(['PUT /apis/config/a%2Fb%20c', 'POST /apis/subjects/a%2Fb%20c/versions'])
})

test('the second of two who register the first version gets its id, and no refusal', async () => {
  const alreadyExists = reply(409, '{"error_code":409,"message":"already exists"}')
  const answers = [alreadyExists, reply(200, '{}'), alreadyExists, reply(200, '{"id":5}')]
  await using server = await answering((request, response) => answers.shift()?.(request, response))
  expect(await confluentRegistry({ url: server.url }).register('subject', schema)).toBe(5)
})
