import { eventText, openEventStream } from '@petrel/pages'
import type { Context } from 'koa'
import type { Hub } from '../hub/hub.ts'

/** A page says how fresh it is by it. */
const tickMs = 5_000

/** Answers with what happens, until the browser leaves. A browser that does not read is told of each kind once, when it reads again. */
export function answerChanges(ctx: Context, hub: Hub): void {
  const stream = openEventStream(ctx)
  const tick = () =>
    stream.writableNeedDrain || stream.write(eventText({ event: 'tick', data: { now: new Date().toISOString() } }))
  tick()
  const ticking = setInterval(tick, tickMs)
  const held = new Map<string, string>()
  stream.on('drain', () => {
    for (const text of held.values()) stream.write(text)
    held.clear()
  })
  const leave = hub.listen((happened) => {
    const text = eventText(happened)
    if (stream.writableNeedDrain) held.set(happened.event, text)
    else stream.write(text)
  })
  const closed = hub.onClose(() => stream.end())
  stream.on('close', () => {
    clearInterval(ticking)
    leave()
    closed()
  })
}
