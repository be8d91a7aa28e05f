import { setTimeout as sleep } from 'node:timers/promises'
import type { BrokerAdmin } from '@petrel/messaging/operations'

/** The console's API, as its page uses it. */
export interface ConsoleApi {
  get<T>(path: string): Promise<T>
  /** Asks for a replay of everything that waits. */
  replayAll(ratePerSecond: number): Promise<{ readonly replayId: string; readonly stagedMs: number }>
}

export async function consoleApi(url: string): Promise<ConsoleApi> {
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(url + path)
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const { access } = await get<{ access: { csrf: string } }>('/api/summary')
  return {
    get,
    async replayAll(ratePerSecond) {
      const began = performance.now()
      const response = await fetch(`${url}/api/replays`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-petrel-csrf': access.csrf },
        body: JSON.stringify({ filter: {}, ratePerSecond }),
      })
      if (!response.ok) throw new Error(`POST /api/replays: ${response.status} ${await response.text()}`)
      const { replayId } = (await response.json()) as { replayId: string }
      return { replayId, stagedMs: performance.now() - began }
    },
  }
}

const longestMs = 15 * 60_000

/** Asks once a second. @throws Error when it is not so within a quarter of an hour */
export async function untilDone(isDone: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + longestMs
  while (!(await isDone())) {
    if (Date.now() > deadline) throw new Error('It was not done within a quarter of an hour.')
    await sleep(500)
  }
}

/** @throws Error when a message is missing in the topic, or is there twice */
export async function replayedOnce(admin: BrokerAdmin, topic: string, count: number): Promise<void> {
  const seen = new Set<string>()
  let records = 0
  for await (const { headers } of admin.read(topic)) {
    records += 1
    seen.add(String(headers['ce_id']))
  }
  if (seen.size !== count || records !== count)
    throw new Error(`Of ${count} messages ${seen.size} are in ${topic}, in ${records} records: this run does not count.`)
}
