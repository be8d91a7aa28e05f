import { PassThrough } from 'node:stream'
import type { Context } from 'koa'

/** Proxies close connections that look idle, mostly after 30 to 60 seconds. */
const heartbeatMs = 15_000
/** How long a browser waits before it connects again. */
const reconnectMs = 1_000

export interface ServerSentEvent {
  /** Comes back as `Last-Event-ID` when the browser connects again. */
  readonly id?: string
  readonly event?: string
  readonly data: object
}

export interface EventStream {
  send(events: readonly ServerSentEvent[]): void
  /** The browser has not read what was sent. */
  busy(): boolean
}

interface Ends {
  /** The browser has read what was sent. */
  readonly drained: () => void
  readonly closed: () => void
}

/** Answers with server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until the browser leaves. */
export function eventStream(ctx: Context, { drained, closed }: Ends): EventStream {
  const stream = new PassThrough()
  const heartbeat = setInterval(() => stream.write(': still here\n\n'), heartbeatMs)
  stream.on('drain', drained)
  stream.on('close', () => {
    clearInterval(heartbeat)
    closed()
  })
  ctx.status = 200
  ctx.type = 'text/event-stream'
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Accel-Buffering', 'no') // nginx would hold events back until its buffer is full
  ctx.body = stream
  stream.write(`retry: ${reconnectMs}\n\n`)
  return {
    send: (events) => void stream.write(events.map(written).join('')),
    busy: () => stream.writableNeedDrain,
  }
}

const written = ({ id, event, data }: ServerSentEvent) =>
  `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`
