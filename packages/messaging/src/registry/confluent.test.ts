import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { confluentRegistry } from './confluent.ts'
import { RegistryUnavailable } from './port.ts'

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
  ['has nothing at this address', reply(404, '<h1>Not Found</h1>')],
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

test('a schema in another language than Avro is none of ours', async () => {
  await using server = await answering(reply(200, JSON.stringify({ schemaType: 'PROTOBUF', schema: 'message Something {}' })))
  expect(await confluentRegistry({ url: server.url }).schemaOf(1)).toBeUndefined()
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

test('whoever comes second with the first version gets its id, and not a refusal', async () => {
  const alreadyExists = reply(409, '{"error_code":409,"message":"already exists"}')
  const answers = [alreadyExists, reply(200, '{}'), alreadyExists, reply(200, '{"id":5}')]
  await using server = await answering((request, response) => answers.shift()?.(request, response))
  expect(await confluentRegistry({ url: server.url }).register('subject', schema)).toBe(5)
})
