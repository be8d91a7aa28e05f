import { PassThrough } from 'node:stream'
import type { Context } from 'koa'

/** Proxies close connections that look idle, mostly after 30 to 60 seconds. */
const heartbeatMs = 15_000
/** How long a browser waits before it connects again. */
const reconnectMs = 1_000

export interface ServerSentEvent {
  readonly event: string
  readonly data: object
}

export interface EventStream {
  send(event: ServerSentEvent): void
  /** The browser has not read what was sent. */
  readonly busy: () => boolean
}

/**
 * Answers with server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until the browser leaves.
 * @param begin starts sending, and returns what ends it
 */
export function answerEvents(ctx: Context, begin: (stream: EventStream) => () => void): void {
  const stream = new PassThrough()
  ctx.status = 200
  ctx.type = 'text/event-stream'
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Accel-Buffering', 'no') // nginx would hold events back until its buffer is full
  ctx.body = stream
  stream.write(`retry: ${reconnectMs}\n\n`)
  const heartbeat = setInterval(() => stream.write(': still here\n\n'), heartbeatMs)
  const end = begin({
    send: (event) => void stream.write(written(event)),
    busy: () => stream.writableNeedDrain,
  })
  stream.on('close', () => {
    clearInterval(heartbeat)
    end()
  })
}

const written = ({ event, data }: ServerSentEvent) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
