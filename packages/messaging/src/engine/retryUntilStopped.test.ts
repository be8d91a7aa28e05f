import { StoreUnavailable } from '../store/port.ts'
import { describe, expect, test, vi } from 'vitest'
import { silentLog } from '../log.ts'
import { retryUntilStopped, Stopped } from './retryUntilStopped.ts'
import { passTime, useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

const options = () => {
  const stop = new AbortController()
  return { stop, signal: stop.signal, log: silentLog }
}

describe('retryUntilStopped', () => {
  test('an action that fails is tried again until it succeeds', async () => {
    const action = vi
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(new StoreUnavailable('away'))
      .mockRejectedValueOnce(new StoreUnavailable('away'))
    action.mockResolvedValue('done')
    const result = retryUntilStopped('publish a greeting', options(), action)
    await passTime(1_000)
    await expect(result).resolves.toBe('done')
    expect(action).toHaveBeenCalledTimes(3)
  })

  test('the pauses between tries double, up to about five seconds', async () => {
    const triedAt: number[] = []
    const { stop, ...rest } = options()
    const action = () => {
      triedAt.push(Date.now())
      return Promise.reject(new StoreUnavailable('away'))
    }
    const result = retryUntilStopped('publish a greeting', { ...rest }, action).catch((error: unknown) => error)
    for (let second = 0; second < 120; second += 1) await passTime(1_000)
    const pauses = triedAt.slice(1).map((at, index) => at - (triedAt[index] ?? 0))
    for (const [index, pause] of pauses.entries()) {
      const nominal = Math.min(5_000, 100 * 2 ** index)
      expect(pause).toBeGreaterThanOrEqual(Math.floor(nominal * 0.75))
      expect(pause).toBeLessThanOrEqual(Math.ceil(nominal * 1.25))
    }
    expect(pauses.length).toBeGreaterThan(20)
    stop.abort()
    await expect(result).resolves.toBeInstanceOf(Stopped)
  })

  test('a stop ends the pause between two tries at once', async () => {
    const { stop, ...rest } = options()
    const result = retryUntilStopped('publish a greeting', rest, () => Promise.reject(new StoreUnavailable('away'))).catch(
      (error: unknown) => error,
    )
    await passTime(2_000)
    stop.abort()
    await expect(result).resolves.toMatchObject({ name: 'Stopped', message: 'stopped while trying to publish a greeting' })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('an action is tried once even when the endpoint is stopping', async () => {
    const { stop, ...rest } = options()
    stop.abort()
    await expect(retryUntilStopped('publish a greeting', rest, () => Promise.resolve('done'))).resolves.toBe('done')
  })

  test('a stop ends retries inside of retries', async () => {
    const { stop, ...rest } = options()
    const inner = () => retryUntilStopped('do the small thing', rest, () => Promise.reject(new StoreUnavailable('away')))
    const result = retryUntilStopped('do the big thing', rest, inner).catch((error: unknown) => error)
    await passTime(500)
    stop.abort()
    await expect(result).resolves.toMatchObject({ message: 'stopped while trying to do the small thing' })
  })

  test('a failed try is logged with the action, the error, the number of failures and the pause', async () => {
    const warn = vi.fn()
    const error = new StoreUnavailable('away')
    const action = vi.fn<() => Promise<void>>().mockRejectedValueOnce(error).mockResolvedValue(undefined)
    const result = retryUntilStopped('save a batch', { ...options(), log: { ...silentLog, warn } }, action)
    await passTime(200)
    await result
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      { err: error, failures: 1, pauseMs: expect.any(Number) as number },
      'cannot save a batch; trying again',
    )
  })

  test('an error that does not come from store, broker or registry is thrown at once', async () => {
    const action = vi.fn<() => Promise<void>>().mockRejectedValue(new TypeError('no such thing'))
    await expect(retryUntilStopped('save a batch', options(), action)).rejects.toThrow('no such thing')
    expect(action).toHaveBeenCalledTimes(1)
  })

  test('from the second failure on the log names the record that waits', async () => {
    const warn = vi.fn()
    const action = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new StoreUnavailable('away'))
    action.mockRejectedValueOnce(new StoreUnavailable('away')).mockResolvedValue()
    const progress = { doing: '', since: 0, movedAt: 0, failures: 0, error: undefined, subject: () => ({ messageId: 'm-1' }) }
    const result = retryUntilStopped('save a batch', { ...options(), log: { ...silentLog, warn }, progress }, action)
    await passTime(1_000)
    await result
    expect(warn.mock.calls.map(([details]) => (details as { messageId?: string }).messageId)).toEqual([undefined, 'm-1'])
    expect(progress).toMatchObject({ doing: 'save a batch', failures: 2, error: 'away' })
  })
})
