import { EventEmitter, on } from 'node:events'

export interface ReceivedEvent {
  readonly event: string
  readonly data: unknown
}

export interface EventReader {
  /** Everything as it came, comments included. */
  readonly text: () => string
  readonly events: () => ReceivedEvent[]
  /** @returns the events when there are that many. @throws when they have not come within 5 seconds */
  until(count: number): Promise<ReceivedEvent[]>
  /** Waits for something in the raw text. */
  untilText(part: string): Promise<void>
  close(): void
}

/** Reads server-sent events the way a browser does, as far as these tests need it. */
export async function readEvents(url: string): Promise<EventReader> {
  const stop = new AbortController()
  const response = await fetch(url, { signal: stop.signal })
  if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`)
  let text = ''
  const news = new EventEmitter()
  const reading = (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      news.emit('news')
    }
  })()
  reading.catch(() => {}) // The test has closed it, or the server: then nothing more comes, and who waits says so.

  const events = () => text.split('\n\n').slice(0, -1).flatMap(parsed)
  const wait = async (done: () => boolean) => {
    if (done()) return
    for await (const _ of on(news, 'news', { signal: AbortSignal.timeout(5_000) })) if (done()) return
  }
  return {
    text: () => text,
    events,
    async until(count) {
      await wait(() => events().length >= count)
      return events()
    },
    untilText: (part) => wait(() => text.includes(part)),
    close: () => stop.abort(),
  }
}

function parsed(block: string): ReceivedEvent[] {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2)
  const data = field('data')
  return data === undefined ? [] : [{ event: field('event') ?? 'message', data: JSON.parse(data) as unknown }]
}
