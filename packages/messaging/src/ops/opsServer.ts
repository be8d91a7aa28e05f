import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { stuckLanes } from '../engine/liveness.ts'
import type { EndpointStatus } from '../engine/status.ts'
import type { Log } from '../log.ts'

export interface OpsServerOptions {
  /** 0: any free port. */
  readonly port: number
  readonly log: Log
  readonly status: () => EndpointStatus
  /** How long a lane with work may take from one move to the next, in milliseconds. */
  readonly moveLimitMs: number
}

export interface OpsServer {
  readonly port: number
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

type Pages = Readonly<Record<string, () => Answer>>

/**
 * Answers what a cluster asks a process: `/live` (should it be restarted?), `/ready` (does it handle messages?) and
 * `/metrics` (Prometheus' text format).
 * @throws Error when it cannot listen on the port
 */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const pages: Pages = { '/live': () => live(options), '/ready': () => ready(options), '/metrics': metrics }
  const server = createServer((request, response) => answer(pages, request, response))
  await listen(server, options.port)
  const { port } = server.address() as AddressInfo
  options.log.info({ event: 'ops', port }, `/live, /ready and /metrics are on port ${port}`)
  return {
    port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    await once(server.listen(port), 'listening')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'something else listens there. Choose another port' : message
    throw new Error(`OPS_PORT is ${port}: ${why}.`, { cause: error })
  }
}

function answer(pages: Pages, { url = '', method = '' }: IncomingMessage, response: ServerResponse): void {
  const [path = ''] = url.split('?')
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined
  const isRead = method === 'GET' || method === 'HEAD'
  if (page !== undefined && !isRead) response.setHeader('allow', 'GET, HEAD')
  const { status, type, body } = page === undefined ? notFound : isRead ? page() : notAllowed
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  // Node leaves the body out of an answer to HEAD.
  response.end(body)
}

function live({ status, moveLimitMs, log }: OpsServerOptions): Answer {
  const stuck = stuckLanes(status(), moveLimitMs, Date.now())
  if (stuck.length > 0) log.error({ lanes: stuck }, 'not alive: lanes have work and do nothing; a restart is needed')
  return json(stuck.length === 0, { live: stuck.length === 0, stuck })
}

function ready({ status }: OpsServerOptions): Answer {
  const now = status()
  return json(now.ready, now)
}

/** No metric yet: an empty text is a valid answer to Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). */
const metrics = (): Answer => ({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: '' })

const json = (isGood: boolean, body: object): Answer => ({
  status: isGood ? 200 : 503,
  type: 'application/json; charset=utf-8',
  body: `${JSON.stringify(body)}\n`,
})

const text = (status: number, body: string): Answer => ({ status, type: 'text/plain; charset=utf-8', body })
const notFound = text(404, 'There are /live, /ready and /metrics.\n')
const notAllowed = text(405, 'Only GET and HEAD.\n')
