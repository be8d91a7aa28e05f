import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { controlApp } from '../../../../deploy/local/control/controlServer.ts'
import { Problem as LocalProblem } from '../../../../deploy/local/problem.ts'
import { systemState } from '../../../../deploy/local/processes/systemState.ts'
import { memoryBroker } from '../../../../packages/messaging/src/broker/memory.ts'
import { gateway } from './gateway.ts'
import { localSwitch } from './localSwitch.ts'
import { topicSwitch } from './topicSwitch.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function urlOf(server: Server): Promise<string> {
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The control of a local system that has sales and billing, and only remembers. */
function localSystem() {
  const services = ['sales', 'console'].map((name) => ({
    name,
    isRunning: true,
    fault: null as string | null,
    canBreak: name === 'sales',
  }))
  const service = (name: string) => {
    const found = services.find((each) => each.name === name)
    if (found === undefined) throw new LocalProblem(`There is no service "${name}".`)
    return found
  }
  const actions = {
    async start(name: string) {
      service(name).isRunning = true
      return `${name} runs.`
    },
    async stop(name: string) {
      service(name).isRunning = false
      return `${name} is stopped.`
    },
    async break(name: string, said = 'no reason') {
      service(name).fault = said
      return `${name} is broken.`
    },
    async mend(name: string) {
      service(name).fault = null
      return `${name} is mended.`
    },
    replay: async () => 'nothing',
  }
  const app = controlApp({ state: systemState(), actions, services: () => services, lessons: async () => [] }).callback()
  return createServer((request, response) => void app(request, response))
}

test('on one machine services are broken with the words that were given, mended, stopped and started', async () => {
  const faults = localSwitch(await urlOf(localSystem()))
  const sales = async () => (await faults.services()).find(({ name }) => name === 'sales')
  expect(await sales()).toEqual({ name: 'sales', isRunning: true, fault: null, canBreak: true, canStop: true })
  expect(await faults.setFault('sales', 'the price list is upside down', 'ada')).toBe('sales is broken.')
  expect(await sales()).toMatchObject({ fault: 'the price list is upside down' })
  await faults.setFault('sales', null, 'ada')
  expect(await sales()).toMatchObject({ fault: null })
  await faults.setPresence?.('sales', 'stop')
  expect(await sales()).toMatchObject({ isRunning: false })
  await faults.setPresence?.('sales', 'start')
  expect(await sales()).toMatchObject({ isRunning: true })
})

test('what cannot be done is said in the words of the system', async () => {
  const faults = localSwitch(await urlOf(localSystem()))
  await expect(faults.setFault('nobody', 'x', 'ada')).rejects.toMatchObject({
    details: { status: 409, detail: 'There is no service "nobody".' },
  })
})

test('the console does not stop itself: its page could not start it again', async () => {
  const faults = localSwitch(await urlOf(localSystem()))
  expect((await faults.services()).find(({ name }) => name === 'console')?.canStop).toBe(false)
  await expect(faults.setPresence?.('console', 'stop')).rejects.toMatchObject({ details: { status: 409 } })
})

test('without the process that runs the system nothing can be broken', async () => {
  const faults = localSwitch('http://127.0.0.1:1')
  await expect(faults.services()).rejects.toMatchObject({ details: { status: 503, retryAfter: 2 } })
})

test('in a cluster a fault is a record that stays until it is taken back', async () => {
  const broker = memoryBroker()
  await broker.admin.createTopics([{ topic: 't.sales.dlt', partitions: 1, config: {} }])
  const faults = topicSwitch('petrel.control', broker, 't.')
  const sales = { name: 'sales', isRunning: null, canBreak: true, canStop: false }
  expect(await faults.services()).toEqual([{ ...sales, fault: null }])
  await faults.setFault('sales', 'the till is closed', 'ada')
  expect(await faults.services()).toEqual([{ ...sales, fault: 'the till is closed' }])
  await faults.setFault('sales', null, 'ada')
  expect(await faults.services()).toEqual([{ ...sales, fault: null }])
  await expect(faults.setFault('nobody', 'x', 'ada')).rejects.toMatchObject({ details: { status: 404 } })
  expect(faults.setPresence).toBeUndefined()
})

let behaviour: unknown
beforeEach(() => void (behaviour = { requestsPerSecond: null, latencyMs: 0, failureRate: 0, declineRate: 0 }))

/** As the payment gateway's API is. */
const fakeGateway = () => createServer((request, response) => void answer(request, response))

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'PUT') behaviour = JSON.parse((await request.toArray()).join(''))
  response.setHeader('content-type', 'application/json').end(JSON.stringify(behaviour))
}

test('the gateway is told how to behave', async () => {
  const wanted = { requestsPerSecond: 5, latencyMs: 300, failureRate: 0.1, declineRate: 0 }
  const faulty = gateway(await urlOf(fakeGateway()))
  expect(await faulty.behave(wanted)).toEqual(wanted)
  expect(await faulty.behaviour()).toEqual(wanted)
})

test('a gateway that wants to know who asks is told, and no error has it', async () => {
  const logins: unknown[] = []
  const server = createServer((request, response) => {
    logins.push(request.headers.authorization)
    response.writeHead(logins.length === 1 ? 200 : 500).end(JSON.stringify(behaviour))
  })
  const faulty = gateway((await urlOf(server)).replace('//', '//shop:hush@'))
  expect(await faulty.behaviour()).toEqual(behaviour)
  const error: unknown = await faulty
    .behave({ requestsPerSecond: null, latencyMs: 0, failureRate: 0, declineRate: 0 })
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ details: { status: 503 } })
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hush')
  const basic = `Basic ${Buffer.from('shop:hush').toString('base64')}`
  expect(logins).toEqual([basic, basic])
})

test('a gateway that is away is shown as unknown, and cannot be told anything', async () => {
  const faulty = gateway('http://127.0.0.1:1')
  expect(await faulty.behaviour()).toBeNull()
  await expect(faulty.behave({ requestsPerSecond: null, latencyMs: 0, failureRate: 0, declineRate: 0 })).rejects.toMatchObject({
    details: { status: 503 },
  })
})
