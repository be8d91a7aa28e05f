import { PassThrough } from 'node:stream'
import type { Context } from 'koa'

/** How long a browser waits before it connects again. */
const reconnectMs = 1_000

/**
 * Answers with server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until the browser leaves,
 * which closes the stream. Proxies close connections that look idle, mostly after 30 to 60 seconds: something is to be written
 * more often than that.
 */
export function openEventStream(ctx: Context): PassThrough {
  const stream = new PassThrough()
  ctx.status = 200
  ctx.type = 'text/event-stream'
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Accel-Buffering', 'no') // nginx would hold events back until its buffer is full
  ctx.body = stream
  stream.write(`retry: ${reconnectMs}\n\n`)
  return stream
}

export interface ServerSentEvent {
  readonly event: string
  readonly data: object
}

/** As it goes over the wire. */
export const eventText = ({ event, data }: ServerSentEvent): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
