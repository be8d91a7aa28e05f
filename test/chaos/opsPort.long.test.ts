import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ReturnPayment } from '@petrel/contracts'
import { endpoint, type EndpointStatus, type Service } from '@petrel/messaging'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { OwnStack } from '../support/oneStack.ts'
import { deployBilling } from '../support/deployBilling.ts'
import { eventually, joined, type RunningService, startOwnStack, type TestSystem, testSystem } from '../support/stack.ts'

const customer = endpoint({ name: 'customer', produces: [ReturnPayment] })

/** A payment gateway that answers when the test wants. */
async function slowGateway() {
  const asked: ServerResponse[] = []
  const server = createServer((_, response) => void asked.push(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked.length,
    answer: () => asked.forEach((response) => response.writeHead(200).end('{"refundId":"refund-1"}')),
    [Symbol.dispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** What a cluster sees of a process. */
async function opsOf(service: RunningService) {
  const { port } = await service.logged(({ event }) => event === 'ops')
  const ask = async (path: string) => fetch(`http://127.0.0.1:${String(port)}${path}`)
  return {
    ask,
    live: async () => (await ask('/live')).status,
    ready: async () => (await ask('/ready')).status,
    status: async () => (await (await ask('/ready')).json()) as EndpointStatus,
  }
}

describe('a cluster that asks a service', () => {
  let own: OwnStack
  let system: TestSystem
  let sender: Service
  beforeAll(async () => {
    // Only the Kafka is of its own.
    const { registryUrl, databaseUrl } = inject('stack')
    own = await startOwnStack({ elsewhere: { registryUrl, databaseUrl } })
    system = await testSystem({ addresses: own.stack })
    sender = await deployBilling(system, customer)
  })
  afterAll(async () => {
    await sender.stop()
    await system.cleanup()
    await own.remove()
  })

  const startBilling = (env: Readonly<Record<string, string>> = {}) => system.startService('billing', { OPS_PORT: '0', ...env })

  test('hears that one without a broker is alive and not ready, and ends it at once', async () => {
    const billing = await startBilling({ KAFKA_BROKERS: '127.0.0.1:1' })
    const { live, ready, status } = await opsOf(billing)
    expect(await live()).toBe(200)
    expect(await ready()).toBe(503)
    expect(await status()).toMatchObject({ endpoint: 'billing', ready: false, groups: [] })
    expect(await billing.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  })

  test('hears that one is ready when it has joined, and on SIGTERM that it drains and is alive until its slow handler is done', async () => {
    using gateway = await slowGateway()
    const billing = await startBilling({ PAYMENT_GATEWAY_URL: gateway.url, PAYMENT_GATEWAY_TIMEOUT_MS: '600000' })
    const { ask, live, ready, status } = await opsOf(billing)
    await joined(billing)
    expect(await ready()).toBe(200)
    expect((await status()).groups.map(({ group, joined: isJoined }) => [group, isJoined])).toEqual([
      [`${system.prefix}billing`, true],
      [`${system.prefix}billing.retry`, true],
    ])
    expect(await (await ask('/metrics')).text()).toContain('petrel_group_member{group="billing",endpoint="billing"} 1')
    const payment = { orderId: 'order-1', customerId: 'ada', email: 'ada@example.org', reason: 'a storm' }
    await sender.send(ReturnPayment({ ...payment, amountCents: 700, currency: 'EUR' }))
    await eventually(() => expect(gateway.asked()).toBe(1))

    const exited = billing.kill('SIGTERM')

    await eventually(async () => expect(await ready()).toBe(503))
    expect(await live()).toBe(200)
    expect((await status()).groups.flatMap(({ lanes }) => lanes.map(({ doing }) => doing))).toContain('run handlers')
    gateway.answer()
    expect(await exited).toEqual({ code: 0, signal: null })
    await expect(live()).rejects.toThrow()
  })

  test('is told in one line when the port is taken', async () => {
    using gateway = await slowGateway()
    const { port } = new URL(gateway.url)
    const billing = await startBilling({ OPS_PORT: port })
    expect(await billing.exited).toEqual({ code: 1, signal: null })
    const why = `billing cannot start. OPS_PORT is ${port}: something else listens there. Choose another port.`
    expect(billing.logs.map(({ msg }) => msg)).toEqual([why])
  })

  test('hears that one is alive while Kafka crashes and comes back', async () => {
    const billing = await startBilling()
    const { live, ready } = await opsOf(billing)
    await joined(billing)
    const back = own.stack.restartKafka('SIGKILL').then(() => true)

    do expect(await live()).toBe(200)
    while (!(await Promise.race([back, sleep(50, false)])))

    await eventually(async () => expect(await ready()).toBe(200), { withinMs: 60_000 })
    expect(await live()).toBe(200)
    await billing.stop()
  })
})
