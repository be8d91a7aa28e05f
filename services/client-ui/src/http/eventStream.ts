import { eventText, openEventStream, type ServerSentEvent } from '@petrel/pages'
import type { Context } from 'koa'

const heartbeatMs = 15_000

export interface EventStream {
  send(event: ServerSentEvent): void
  /** The browser has not read what was sent. */
  readonly busy: () => boolean
}

/** Answers with server-sent events until the browser leaves. @param begin starts sending, and returns what ends it */
export function answerEvents(ctx: Context, begin: (stream: EventStream) => () => void): void {
  const stream = openEventStream(ctx)
  const heartbeat = setInterval(() => stream.writableNeedDrain || stream.write(': still here\n\n'), heartbeatMs)
  const end = begin({
    send: (event) => void stream.write(eventText(event)),
    busy: () => stream.writableNeedDrain,
  })
  stream.on('close', () => {
    clearInterval(heartbeat)
    end()
  })
}
