import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import protobuf from 'protobufjs'

/** A collector that only counts spans by the first word of their names: reading all of them would cost more than sending them. */
export interface CountingCollector {
  readonly url: string
  /** Since it was asked last. */
  counted(): Readonly<Record<string, number>>
  close(): Promise<void>
}

export async function countingCollector(): Promise<CountingCollector> {
  let counts: Record<string, number> = {}
  const count = async (request: IncomingMessage) => {
    for (const name of spanNames(await buffer(request))) counts[name] = (counts[name] ?? 0) + 1
  }
  const server = createServer((request, response) => {
    void count(request).finally(() => response.writeHead(200).end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counted() {
      const counted = counts
      counts = {}
      return counted
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** request: resource_spans = 1 → scope_spans = 2 → spans = 2 → name = 5 (opentelemetry/proto/trace/v1/trace.proto). */
const spanNames = (body: Uint8Array): string[] =>
  fieldsOf(body, 1)
    .flatMap((resourceSpans) => fieldsOf(resourceSpans, 2))
    .flatMap((scopeSpans) => fieldsOf(scopeSpans, 2))
    .map(
      (span) =>
        Buffer.from(fieldsOf(span, 5)[0] ?? [])
          .toString()
          .split(' ', 1)[0] ?? '',
    )

/** The values of a field that is a message or a text. */
function fieldsOf(message: Uint8Array, field: number): Uint8Array[] {
  const reader = protobuf.Reader.create(message)
  const found: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag >>> 3 === field) found.push(reader.bytes())
    else reader.skipType(tag & 7)
  }
  return found
}
