import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { stuckLanes } from '../engine/liveness.ts'
import type { EndpointStatus } from '../engine/status.ts'
import type { Log } from '../log.ts'
import { expose } from '../metrics/exposition.ts'
import { measureNode, type MetricsRegistry } from '../metrics/registry.ts'

export interface OpsServerOptions {
  /** 0: any free port. */
  readonly port: number
  readonly log: Log
  readonly registry: MetricsRegistry
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

type Pages = Readonly<Record<string, (request: IncomingMessage) => Answer | Promise<Answer>>>

/**
 * Answers what a cluster asks a process: `/live` (should it be restarted?), `/ready` (does it handle messages?) and
 * `/metrics` (OpenMetrics, or Prometheus' text format).
 * @throws Error when it cannot listen on the port
 */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  return serve(options, { '/live': () => live(options), '/ready': () => ready(options) })
}

/** The same for a program that is no endpoint: it lives and is ready as long as it answers, unless `isReady` says otherwise. */
export async function startProgramOps({
  isReady = () => true,
  ...options
}: Pick<OpsServerOptions, 'port' | 'log' | 'registry'> & { readonly isReady?: () => boolean }): Promise<OpsServer> {
  return serve(options, { '/live': () => json(true, { live: true }), '/ready': () => json(isReady(), { ready: isReady() }) })
}

async function serve({ port: wanted, log, registry }: Pick<OpsServerOptions, 'port' | 'log' | 'registry'>, health: Pages) {
  const pages: Pages = { ...health, '/metrics': (request) => metrics(registry, request) }
  const server = createServer((request, response) => void answer(pages, request, response, log))
  await listen(server, wanted)
  measureNode(registry)
  const { port } = server.address() as AddressInfo
  log.info({ event: 'ops', port }, `/live, /ready and /metrics are on port ${port}`)
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

async function answer(pages: Pages, request: IncomingMessage, response: ServerResponse, log: Log): Promise<void> {
  const { url = '', method = '' } = request
  const [path = ''] = url.split('?')
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined
  const isRead = method === 'GET' || method === 'HEAD'
  if (page !== undefined && !isRead) response.setHeader('allow', 'GET, HEAD')
  const { status, type, body } = page === undefined ? notFound : isRead ? await written(page, request, log) : notAllowed
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  // Node leaves the body out of an answer to HEAD.
  response.end(body)
}

async function written(page: Pages[string], request: IncomingMessage, log: Log): Promise<Answer> {
  try {
    return await page(request)
  } catch (error) {
    log.error({ err: error, url: request.url }, 'a page of the ops port failed')
    return text(500, 'It failed; the log says why.\n')
  }
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

const metrics = async (registry: MetricsRegistry, { headers }: IncomingMessage): Promise<Answer> => ({
  status: 200,
  ...(await expose(registry, headers.accept)),
})

const json = (isGood: boolean, body: object): Answer => ({
  status: isGood ? 200 : 503,
  type: 'application/json; charset=utf-8',
  body: `${JSON.stringify(body)}\n`,
})

const text = (status: number, body: string): Answer => ({ status, type: 'text/plain; charset=utf-8', body })
const notFound = text(404, 'There are /live, /ready and /metrics.\n')
const notAllowed = text(405, 'Only GET and HEAD.\n')
