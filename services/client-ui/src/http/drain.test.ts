import { once } from 'node:events'
import { Agent, createServer, get, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { drain } from './drain.ts'

test('no request fails while a page is drained, although its connections are kept and used all the time', async () => {
  const server = await listening()
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let drained = false
  const gone = once(server, 'close').then(() => (drained = true))
  const answers = [await ask(port, agent)]
  const draining = drain(server, 60_000)
  while (answers.at(-1) !== 'close') answers.push(await ask(port, agent))
  await draining
  await gone
  expect(drained).toBe(true)
  expect(answers[0]).toBe('keep-alive')
  agent.destroy()
})

test('a stream that never ends does not keep the page from ending', async () => {
  const server = await listening((_, response) => void response.write('still here\n'))
  const { port } = server.address() as AddressInfo
  const request = get({ port, host: '127.0.0.1' })
  const [stream] = await once(request, 'response')
  const end = once(stream.resume(), 'error')
  await drain(server, 0)
  expect(String(await end)).toContain('aborted')
})

async function listening(answer: RequestListener = (_, response) => void response.end()): Promise<Server> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** @returns what the answer says of its connection */
async function ask(port: number, agent: Agent): Promise<string | undefined> {
  const request = get({ port, host: '127.0.0.1', agent })
  const [response] = await once(request, 'response')
  response.resume()
  await once(response, 'end')
  return response.headers.connection
}
