import { PassThrough } from 'node:stream'
import type { Context } from 'koa'
import type { Hub } from '../hub/hub.ts'

/** A page says how fresh it is by it. Besides, proxies close connections that look idle, mostly after 30 to 60 seconds. */
const tickMs = 5_000
/** How long a browser waits before it connects again. */
const reconnectMs = 1_000

/**
 * Answers with server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until the browser leaves. A
 * browser that does not read is told of each kind once, when it reads again.
 */
export function answerChanges(ctx: Context, hub: Hub): void {
  const stream = new PassThrough()
  ctx.status = 200
  ctx.type = 'text/event-stream'
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Accel-Buffering', 'no') // nginx would hold events back until its buffer is full
  ctx.body = stream
  stream.write(`retry: ${reconnectMs}\n\n`)
  const tick = () =>
    stream.writableNeedDrain || stream.write(`event: tick\ndata: ${JSON.stringify({ now: new Date().toISOString() })}\n\n`)
  tick()
  const ticking = setInterval(tick, tickMs)
  const held = new Map<string, string>()
  stream.on('drain', () => {
    for (const text of held.values()) stream.write(text)
    held.clear()
  })
  const leave = hub.listen(({ event, data }) => {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    if (stream.writableNeedDrain) held.set(event, text)
    else stream.write(text)
  })
  const closed = hub.onClose(() => stream.end())
  stream.on('close', () => {
    clearInterval(ticking)
    leave()
    closed()
  })
}
