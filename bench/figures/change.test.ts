import { expect, test } from 'vitest'
import { changeOf, machinesDiffer } from './change.ts'

const change = (now: number) => changeOf({ what: 'all at once', unit: 'ms of CPU an order', now, kept: 20 })

test('a change is said with both figures, their ratio, and in words', () => {
  expect(change(7)).toBe('all at once: 7.00 ms of CPU an order; kept: 20.0. That is 0.35 × as much: 65 % less.')
  expect(change(30)).toContain('1.50 × as much: 50 % more.')
})

test('what two runs of the same code differ by is not called a change', () => {
  expect(change(20.5)).toContain('1.02 × as much: about the same.')
})

test('figures of another machine are compared with a warning', () => {
  const machine = { cpu: 'A', cores: 2, memoryGiB: 8, os: 'Linux 6.1', node: 'v24.0.0' }
  expect(machinesDiffer(machine, { ...machine })).toBeUndefined()
  expect(machinesDiffer(machine, { ...machine, cores: 8 })).toContain(
    'another machine (A, 8 cores, 8 GiB, Linux 6.1, Node v24.0.0)',
  )
})
