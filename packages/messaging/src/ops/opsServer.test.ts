import { expect, onTestFinished, test } from 'vitest'
import { type EndpointStatus, statusBeforeJoining } from '../engine/status.ts'
import { silentLog } from '../log.ts'
import { processRegistry } from '../metrics/registry.ts'
import { startOpsServer } from './opsServer.ts'

const joining = statusBeforeJoining('billing')
const joined: EndpointStatus = { ...joining, ready: true, groups: [{ group: 'billing', joined: true, lanes: [] }] }

/** Joined, with a lane that has been saving since the year 2000. */
const stuck: EndpointStatus = {
  ...joined,
  groups: [
    {
      group: 'billing',
      joined: true,
      lanes: [
        {
          lane: 'billing/0',
          doing: 'save a batch',
          since: '2000-01-01T00:00:00.000Z',
          movedAt: '2000-01-01T00:00:00.000Z',
          waiting: { records: 0, bytes: 0 },
        },
      ],
    },
  ],
}

async function opsServer({ status, log = silentLog }: { status: () => EndpointStatus; log?: typeof silentLog }) {
  const server = await startOpsServer({ port: 0, log, registry: processRegistry('billing'), status, moveLimitMs: 60_000 })
  onTestFinished(() => server.close())
  return { ...server, ask: (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server.port}${path}`, { method }) }
}

test('a process that has not joined yet is alive and not ready', async () => {
  const { ask } = await opsServer({ status: () => joining })
  expect((await ask('/live')).status).toBe(200)
  const ready = await ask('/ready')
  expect(ready.status).toBe(503)
  expect(await ready.json()).toEqual(joining)
})

test('a process that has joined is ready, and shows its status', async () => {
  const { ask } = await opsServer({ status: () => joined })
  const ready = await ask('/ready?verbose')
  expect(ready.status).toBe(200)
  expect(await ready.json()).toEqual(joined)
})

test('a process with a lane that is stuck is not alive, and its answer and its log name the lane', async () => {
  const errors: object[] = []
  const log = { ...silentLog, error: (details: object) => void errors.push(details) }
  const { ask } = await opsServer({ status: () => stuck, log })
  const live = await ask('/live')
  expect(live.status).toBe(503)
  expect(await live.json()).toMatchObject({ live: false, stuck: [{ lane: 'billing/0', doing: 'save a batch' }] })
  expect(errors).toMatchObject([{ lanes: [{ lane: 'billing/0' }] }])
})

test('Prometheus may ask for metrics, in its text format', async () => {
  const { ask } = await opsServer({ status: () => joined })
  const metrics = await ask('/metrics')
  expect(metrics.status).toBe(200)
  expect(metrics.headers.get('content-type')).toContain('text/plain; version=0.0.4')
})

test('HEAD is answered as GET is, without a body', async () => {
  const { ask } = await opsServer({ status: () => joining })
  for (const [path, status] of [
    ['/live', 200],
    ['/ready', 503],
    ['/metrics', 200],
  ] as const) {
    const response = await ask(path, 'HEAD')
    expect(response.status).toBe(status)
    expect(await response.text()).toBe('')
  }
})

test('other paths are not found, and nothing can be changed', async () => {
  const { ask } = await opsServer({ status: () => joined })
  for (const path of ['/', '/live/', '/ready/billing', '/constructor', '//']) expect((await ask(path)).status).toBe(404)
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const response = await ask('/ready', method)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD')
  }
})

test('a port that is taken is an error that names the setting and the port', async () => {
  const { port } = await opsServer({ status: () => joined })
  await expect(
    startOpsServer({ port, log: silentLog, registry: processRegistry('billing'), status: () => joined, moveLimitMs: 60_000 }),
  ).rejects.toThrow(`OPS_PORT is ${port}: something else listens there. Choose another port.`)
})

test('the server closes at once, even when a client keeps its connection', async () => {
  const server = await startOpsServer({
    port: 0,
    log: silentLog,
    registry: processRegistry('billing'),
    status: () => joined,
    moveLimitMs: 60_000,
  })
  const url = `http://127.0.0.1:${server.port}/live`
  await (await fetch(url)).text()
  await server.close()
  await expect(fetch(url)).rejects.toThrow()
})
