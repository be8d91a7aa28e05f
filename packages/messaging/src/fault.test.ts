import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { faultSwitch } from './fault.ts'

let folder: string
let file: string

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  folder = await mkdtemp(join(tmpdir(), 'petrel-fault-'))
  file = join(folder, 'fault')
})
afterEach(async () => {
  vi.useRealTimers()
  await rm(folder, { recursive: true })
})

const aMomentLater = () => vi.setSystemTime(Date.now() + 200)

test('a fault is on while its file is there, and says what stands in it', async () => {
  const fault = faultSwitch(file)
  expect(fault()).toBeUndefined()
  await writeFile(file, 'The till is closed\n')
  aMomentLater()
  expect(fault()).toBe('The till is closed')
  await rm(file)
  aMomentLater()
  expect(fault()).toBeUndefined()
})

test('a fault without a text names its file', async () => {
  await writeFile(file, '')
  expect(faultSwitch(file)()).toContain(file)
})

test('the file is not looked at for every message', async () => {
  const fault = faultSwitch(file)
  fault()
  await writeFile(file, 'The till is closed')
  expect(fault()).toBeUndefined()
})

test('without a file there is no fault', () => {
  expect(faultSwitch(undefined)()).toBeUndefined()
})
