import { execFileSync } from 'node:child_process'
import { endpoints, type Shop } from '../support/shop.ts'
import type { RunningService } from '../support/stack.ts'
import { auditTopic, dltTopic, isReturnTopic, replayedTopic } from '../../packages/messaging/src/naming.ts'
import type { Receiver } from '../../services/console/src/testing/receiver.ts'
import type { OtlpReceiver } from '../support/otlp/receiver.ts'

/** Somewhere that something comes out, and what. */
export interface Place {
  readonly place: string
  readonly text: string
}

export const logsOf = (services: readonly RunningService[]): Place[] =>
  services.map(({ name, pid, logs }) => ({
    place: `the log of ${name} (${pid})`,
    text: logs.map((line) => JSON.stringify(line)).join('\n'),
  }))

/** What each shows on its ops port. */
export async function opsOf(services: readonly RunningService[]): Promise<Place[]> {
  const answers = services.flatMap(({ name, logs }) =>
    logs
      .filter(({ event }) => event === 'ops')
      .flatMap(({ port }) =>
        ['metrics', 'ready', 'live'].map((path) => textAt(`${name} /${path}`, `http://127.0.0.1:${String(port)}/${path}`)),
      ),
  )
  return Promise.all(answers)
}

export async function textAt(place: string, url: string): Promise<Place> {
  return { place, text: await (await fetch(url)).text() }
}

/** Of messages on their way back, and those that wait for a person. */
const isOfMessages = (name: string, topic: string) => topic === dltTopic(name) || isReturnTopic(name, topic)
const isOfMarks = (name: string, topic: string) => topic === auditTopic(name) || topic === replayedTopic(name)

/**
 * Headers and keys of what comes back and of what failed, and all that endpoints and people tell of it. The bodies of messages are where
 * customers belong.
 */
export async function recordsOf(shop: Shop): Promise<Place[]> {
  const { prefix } = shop.system
  const all = (await shop.broker.admin.topics())
    .filter((topic) => topic.startsWith(prefix))
    .map((topic) => topic.slice(prefix.length))
  const those = (isOne: (name: string, topic: string) => boolean) =>
    all.filter((topic) => endpoints.some((name) => isOne(name, topic)))
  const headers = those(isOfMessages).map(async (topic) => {
    const records = await shop.records(topic)
    return {
      place: `headers in ${topic}`,
      text: records.map((each) => `${String(each.key)} ${headersAsText(each.headers)}`).join('\n'),
    }
  })
  const told = those(isOfMarks).map(async (topic) => {
    const records = await shop.records(topic)
    return {
      place: topic,
      text: records.map((each) => `${String(each.key)} ${headersAsText(each.headers)} ${String(each.value)}`).join('\n'),
    }
  })
  const places = await Promise.all([...headers, ...told])
  return places.filter(({ text }) => text !== '')
}

const headersAsText = (headers: object): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n')

/** What everybody on the machine sees of every program. */
export const processList = (): Place => ({
  place: 'ps -eo args',
  text: execFileSync('ps', ['-eo', 'args', '-ww'], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
})

/** What a collector was told, of each program. */
export const spansOf = ({ spans }: OtlpReceiver): Place[] =>
  [...Map.groupBy(spans, ({ service }) => service)].map(([service, own]) => ({
    place: `spans of ${service}`,
    text: JSON.stringify(own, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  }))

/** What a webhook was told; it is its own login that it is shown. */
export const toldTo = ({ received }: Receiver): Place => ({
  place: 'webhook',
  text: received.map(({ headers, body }) => JSON.stringify({ ...headers, authorization: undefined }) + body).join('\n'),
})
