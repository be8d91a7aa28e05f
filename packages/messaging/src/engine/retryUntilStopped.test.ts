import { describe, expect, test, vi } from 'vitest'
import { silentLog } from '../log.ts'
import { retryUntilStopped, Stopped } from './retryUntilStopped.ts'
import { pass, useVirtualTime } from './testing/virtualTime.ts'

vi.mock('node:timers/promises', () => import('./testing/timersPromises.ts'))
useVirtualTime()

const patience = () => {
  const stop = new AbortController()
  return { stop, signal: stop.signal, log: silentLog }
}

describe('patience', () => {
  test('tries again until it is done', async () => {
    const action = vi
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(new Error('away'))
      .mockRejectedValueOnce(new Error('away'))
    action.mockResolvedValue('done')
    const result = retryUntilStopped('say something', patience(), action)
    await pass(1_000)
    await expect(result).resolves.toBe('done')
    expect(action).toHaveBeenCalledTimes(3)
  })

  test('pauses longer and longer, but never much longer than five seconds', async () => {
    const triedAt: number[] = []
    const { stop, ...rest } = patience()
    const action = () => {
      triedAt.push(Date.now())
      return Promise.reject(new Error('away'))
    }
    const result = retryUntilStopped('say something', { ...rest }, action).catch((error: unknown) => error)
    for (let second = 0; second < 120; second += 1) await pass(1_000)
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

  test('ends at once when the endpoint stops, in the middle of a pause', async () => {
    const { stop, ...rest } = patience()
    const result = retryUntilStopped('say something', rest, () => Promise.reject(new Error('away'))).catch(
      (error: unknown) => error,
    )
    await pass(2_000)
    stop.abort()
    await expect(result).resolves.toMatchObject({ name: 'Stopped', message: 'stopped while trying to say something' })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('lets what must be done be tried once even when the endpoint is stopping', async () => {
    const { stop, ...rest } = patience()
    stop.abort()
    await expect(retryUntilStopped('say something', rest, () => Promise.resolve('done'))).resolves.toBe('done')
  })

  test('ends all that wait within each other', async () => {
    const { stop, ...rest } = patience()
    const inner = () => retryUntilStopped('do the small thing', rest, () => Promise.reject(new Error('away')))
    const result = retryUntilStopped('do the big thing', rest, inner).catch((error: unknown) => error)
    await pass(500)
    stop.abort()
    await expect(result).resolves.toMatchObject({ message: 'stopped while trying to do the small thing' })
  })

  test('says what fails, how often, and when it tries again', async () => {
    const warn = vi.fn()
    const error = new Error('away')
    const action = vi.fn<() => Promise<void>>().mockRejectedValueOnce(error).mockResolvedValue(undefined)
    const result = retryUntilStopped('save a batch', { ...patience(), log: { ...silentLog, warn } }, action)
    await pass(200)
    await result
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      { err: error, failures: 1, pauseMs: expect.any(Number) as number },
      'cannot save a batch; trying again',
    )
  })
})
