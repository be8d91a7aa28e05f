import { eventually } from '../../../../test/support/eventually.ts'
import type { Replay } from '../replays/replay.ts'
import type { ConsoleSystem } from './consoleSystem.ts'

/** What a replay has left in billing's replay topic. */
export interface Copies {
  /** Messages that are there. */
  readonly messages: number
  /** Records beyond one for each. */
  readonly second: number
}

/**
 * Fails that many messages, replays them all, kills the console that sends them in the middle, and lets another go on.
 * @returns what is in the replay topic when the replay is done
 */
export async function killedReplay(shop: ConsoleSystem, count: number, ratePerSecond: number): Promise<Copies> {
  const ids = Array.from({ length: count }, (_, number) => `killed-${number}`)
  await shop.fail(ids.map((id, number) => ({ id, key: `order-${number % 50}` })))
  await eventually(
    async () => {
      const { unresolved } = await shop.get<{ unresolved: number }>('/api/summary')
      if (unresolved < count) throw new Error(`${unresolved} of ${count} failures are there`)
    },
    { withinMs: 120_000 },
  )
  await shop.console.close()

  const first = await shop.startProcess()
  const answer = await first.api.send('POST', '/api/replays', { filter: {}, ratePerSecond })
  const { replayId } = (await answer.json()) as { replayId: string }
  await progress(first.api, replayId, ({ sent }) => sent >= count / 3)
  await first.process.kill('SIGKILL')

  const second = await shop.startProcess()
  const done = await progress(second.api, replayId, ({ state }) => state === 'done')
  if (done.sent !== count) throw new Error(`The replay says that it sent ${done.sent} of ${count}.`)
  return copiesIn(shop)
}

const progress = (api: Pick<ConsoleSystem, 'get'>, replayId: string, isSo: (replay: Replay) => boolean): Promise<Replay> =>
  eventually(
    async () => {
      const replay = await api.get<Replay>(`/api/replays/${replayId}`)
      if (!isSo(replay)) throw new Error(`The replay is not as far as it should be: ${JSON.stringify(replay)}`)
      return replay
    },
    { withinMs: 120_000 },
  )

const copiesIn = ({ withBroker, prefix }: ConsoleSystem): Promise<Copies> =>
  withBroker(async ({ admin }) => {
    const seen = new Map<string, number>()
    for await (const { headers } of admin.read(`${prefix}billing.replay`)) {
      const id = String(headers['ce_id'])
      seen.set(id, (seen.get(id) ?? 0) + 1)
    }
    return { messages: seen.size, second: [...seen.values()].reduce((sum, times) => sum + times - 1, 0) }
  })
