import { afterAll, beforeEach, expect, test } from 'vitest'
import { serviceDatabase } from '../../../../test/support/serviceDatabase.ts'
import { receiver } from '../testing/receiver.ts'
import { listChecks, runDueChecks, setChecks } from './checks.ts'

const database = await serviceDatabase({ name: 'console' })
const { pool } = database

beforeEach(() => pool.query('truncate event, custom_check cascade'))
afterAll(() => database[Symbol.asyncDispose]())

/** As if the time until the next one were over. */
const again = async () => {
  await pool.query('update custom_check set due_at = now()')
  await runDueChecks(pool)
}
const events = async () => (await pool.query<object>('select kind, endpoint, text, link from event order by id')).rows

test('a check that fails twice is an event, and so is that it passes again', async () => {
  await using gateway = await receiver()
  await setChecks(pool, [{ name: 'payment gateway', url: gateway.url, endpoint: 'billing', everySeconds: 30 }])
  expect(await listChecks(pool)).toMatchObject([{ name: 'payment gateway', passes: null, checkedAt: null }])
  await runDueChecks(pool)
  expect(await listChecks(pool)).toMatchObject([{ passes: true, detail: null, checkedAt: expect.any(Date) }])
  gateway.status = 500
  await again()
  expect(await events()).toEqual([])
  await again()
  await again()
  const failed = {
    kind: 'check-failed',
    endpoint: 'billing',
    text: 'payment gateway: it answered 500',
    link: '/endpoints/billing',
  }
  expect(await events()).toEqual([failed])
  gateway.status = 204
  await again()
  expect(await events()).toEqual([failed, { ...failed, kind: 'check-passed', text: 'payment gateway: all is well again' }])
})

test('an address with a login is asked with it, and what it says when it is gone does not quote the password', async () => {
  const gateway = await receiver()
  await setChecks(pool, [{ name: 'gateway', url: gateway.url.replace('://', '://me:p%40ss@'), everySeconds: 30 }])
  await runDueChecks(pool)
  expect(gateway.received[0]?.headers).toMatchObject({ authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` })
  await gateway[Symbol.asyncDispose]()
  await again()
  await again()
  expect(await listChecks(pool)).toMatchObject([{ passes: false, detail: expect.stringContaining('ECONNREFUSED') }])
  expect(JSON.stringify([await listChecks(pool), await events()])).not.toMatch(/p%40ss|p@ss/)
})

test('what is due is asked once, by whichever console comes first', async () => {
  await using gateway = await receiver()
  await setChecks(pool, [{ name: 'one', url: gateway.url, everySeconds: 30 }])
  await Promise.all([runDueChecks(pool), runDueChecks(pool)])
  await runDueChecks(pool)
  expect(gateway.received).toHaveLength(1)
})

test('whoever does not answer at all has failed, and what the settings no longer have is forgotten', async () => {
  const gone = await receiver()
  await gone[Symbol.asyncDispose]()
  await setChecks(pool, [{ name: 'gone', url: gone.url, everySeconds: 30 }])
  await runDueChecks(pool)
  await again()
  expect(await listChecks(pool)).toMatchObject([{ passes: false, detail: expect.stringContaining('ECONNREFUSED') }])
  await setChecks(pool, [])
  expect(await listChecks(pool)).toEqual([])
})
