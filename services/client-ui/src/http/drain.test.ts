import { once } from 'node:events'
import { Agent, createServer, get, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { openDoors, type OpenServer } from './doors.ts'
import { drain } from './drain.ts'

test('no request fails while a page is drained, although its connections are kept and used all the time', async () => {
  const open = await listening()
  const { server } = open
  const port = portOf(open)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let drained = false
  const gone = once(server, 'close').then(() => (drained = true))
  const answers = [await ask(port, agent)]
  const draining = drain(open, 60_000)
  while (answers.at(-1) !== 'close') answers.push(await ask(port, agent))
  await draining
  await gone
  expect(drained).toBe(true)
  expect(answers[0]).toBe('keep-alive')
  agent.destroy()
})

test('whoever waits for an answer when the time is over has it all the same', async () => {
  const asked = Promise.withResolvers<ServerResponse>()
  const open = await listening((_, response) => asked.resolve(response))
  const port = portOf(open)
  const request = get({ port, host: '127.0.0.1' })
  const answered = once(request, 'response')
  const response = await asked.promise
  const draining = drain(open, 0)
  // Its doors are closed by then: what follows is the wait for this answer.
  await refused(port)
  response.end('at last')
  const [answer] = await answered
  expect(await text(answer)).toBe('at last')
  await draining
})

test('a stream that never ends does not keep the page from ending', async () => {
  const open = await listening((_, response) => void response.write('still here\n'))
  const request = get({ port: portOf(open), host: '127.0.0.1' })
  const [stream] = await once(request, 'response')
  const end = once(stream.resume(), 'error')
  await drain(open, 0)
  expect(String(await end)).toContain('aborted')
})

test.runIf(process.platform === 'linux')('hundreds of customers who come at once are let in within a few turns', async () => {
  const open = await listening()
  let letIn = 0
  open.server.on('connection', () => (letIn += 1))
  const customers = Array.from({ length: 400 }, () => connect(portOf(open), '127.0.0.1'))
  // The kernel has answered all of them before the server looks.
  let turns = 0
  while (letIn < customers.length) {
    turns += 1
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(turns).toBeLessThan(customers.length)
  for (const customer of customers) customer.destroy()
  await drain(open, 0)
})

test('a port that another program has is refused, also when that program would share it', async () => {
  const open = await listening()
  await expect(openDoors(createServer(), { port: portOf(open), host: '127.0.0.1' })).rejects.toThrow('EADDRINUSE')
  await drain(open, 0)
})

const listening = (answer: RequestListener = (_, response) => void response.end()): Promise<OpenServer> =>
  openDoors(createServer(answer), { host: '127.0.0.1' })

const portOf = ({ server }: OpenServer) => (server.address() as AddressInfo).port

/** Resolves when nobody is let in at a port any more. */
async function refused(port: number): Promise<void> {
  for (;;) {
    const visitor = connect(port, '127.0.0.1')
    const isIn = await once(visitor, 'connect').then(
      () => true,
      () => false,
    )
    visitor.destroy()
    if (!isIn) return
  }
}

/** @returns what the answer says of its connection */
async function ask(port: number, agent: Agent): Promise<string | undefined> {
  const request = get({ port, host: '127.0.0.1', agent })
  const [response] = await once(request, 'response')
  response.resume()
  await once(response, 'end')
  return response.headers.connection
}
