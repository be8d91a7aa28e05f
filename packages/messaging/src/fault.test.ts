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

const untilReadAgain = () => vi.setSystemTime(Date.now() + 200)

test('a fault is on while its file exists, and the content of the file is its text', async () => {
  const fault = faultSwitch(file)
  expect(fault()).toBeUndefined()
  await writeFile(file, 'The till is closed\n')
  untilReadAgain()
  expect(fault()).toBe('The till is closed')
  await rm(file)
  untilReadAgain()
  expect(fault()).toBeUndefined()
})

test('a fault with an empty file names the file', async () => {
  await writeFile(file, '')
  expect(faultSwitch(file)()).toContain(file)
})

test('the fault file is not read for every message', async () => {
  const fault = faultSwitch(file)
  fault()
  await writeFile(file, 'The till is closed')
  expect(fault()).toBeUndefined()
})

test('there is no fault when no file is configured', () => {
  expect(faultSwitch(undefined)()).toBeUndefined()
})
