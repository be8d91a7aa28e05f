import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { eventually } from '../eventually.ts'
import { type Exported, readExport } from './readExport.ts'

/** A collector that keeps what it gets. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  readonly spans: readonly Exported[]
  /** Spans of one trace, in the order in which they began. */
  trace(traceId: string): Exported[]
  /** Waits until `find` returns something with all spans received so far. */
  until<T>(find: (spans: readonly Exported[]) => T | undefined, what: string): Promise<T>
  /** From now on it does this instead of keeping what it gets. */
  behaves(answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined): void
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Takes spans by OTLP over HTTP on a port of this machine, and reads them with the protocol's own files. */
export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: Exported[] = []
  let answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    spans.push(...readExport(await buffer(request)))
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  }
  const server = createServer((request, response) => {
    if (answer !== undefined) return answer(request, response)
    take(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    trace: (traceId) => spans.filter((span) => span.traceId === traceId).toSorted((a, b) => Number(a.startedAt - b.startedAt)),
    until: (find, what) =>
      eventually(async () => {
        const found = find(spans)
        if (found !== undefined) return found
        throw new Error(`The collector has not got ${what}. It has: ${spans.map(describe).join(', ') || 'nothing'}.`)
      }),
    behaves(how) {
      answer = how
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const describe = ({ service, name }: Exported) => `${service}: ${name}`
