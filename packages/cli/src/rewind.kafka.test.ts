import { afterAll, expect, test } from 'vitest'
import { eventually, joined } from '../../../test/support/stack.ts'
import { runPetrel } from './testing/runPetrel.ts'
import { systemOfSales } from './testing/systemOfSales.ts'

const { system, broker, env, close } = await systemOfSales()
afterAll(close)

const petrel = (...args: string[]) => runPetrel(args, env, import.meta.dirname)

test('a rewind says what is handled again, wants to be told twice, and waits until the endpoint is stopped', async () => {
  await petrel('deploy', 'sales')
  const topic = `${system.prefix}sales.place-order`
  const sales = await system.startService('sales')
  await joined(sales)
  // Nothing that sales can read: it is tried, goes to the dead letter topic, and the inbox never hears of it.
  const letters = ['1', '2', '3'].map((id) => ({ topic, key: 'order-1', value: Buffer.from('?'), headers: { ce_id: id } }))
  await broker.publish(letters)
  await eventually(async () => {
    const waiting = await broker.admin.offsets(`${system.prefix}sales.dlt`)
    expect(waiting[0]?.latest).toBe(3n)
  })
  const running = await petrel('rewind', 'sales', '--to', 'beginning', '--yes')
  expect(running).toEqual({
    code: 1,
    out: '',
    err: 'sales runs. Nothing has changed. Stop all of it, rewind, and start it again.\n',
  })

  await sales.kill('SIGTERM')
  const positions = async () => (await broker.admin.committed(`${system.prefix}sales`, [topic])).map(({ offset }) => offset)
  const before = await positions()
  const asked = await petrel('rewind', 'sales', '--to', 'beginning')
  expect(asked).toMatchObject({ code: 1, err: 'Nothing has changed. To do it, say so: the same command with --yes.\n' })
  expect(asked.out).toContain(
    'sales.place-order: 3 records are read again; the inbox still knows 0 and drops them, 3 will be handled again\n',
  )
  expect(await positions()).toEqual(before)

  const done = await petrel('rewind', 'sales', '--to', 'beginning', '--yes')
  expect(done).toMatchObject({ code: 0, err: '' })
  expect(done.out).toMatch(/\nsales begins there when it is started\.\n$/)
  expect(new Set(await positions())).toEqual(new Set([0n]))
  const nothing = { code: 1, out: 'Nothing was handled since then: there is nothing to go back to.\n', err: '' }
  expect(await petrel('rewind', 'sales', '--to', 'beginning')).toEqual(nothing)
})

test('an endpoint that is not there is named', async () => {
  expect(await petrel('rewind', 'nobody', '--to', '1d')).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no endpoint "nobody"'),
  })
})
