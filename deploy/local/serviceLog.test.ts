import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { parse, readable } from './serviceLog.ts'

const shown = (text: string) => {
  const line = readable('billing', text, parse(text))
  return line === undefined ? undefined : stripVTControlCharacters(line)
}

test('a warning reaches the terminal in words, with its cause', () => {
  const line =
    '{"level":40,"time":1795355062464,"name":"billing","msg":"the gateway is away","err":{"message":"connect ECONNREFUSED"}}'
  expect(shown(line)).toBe('13:44:22 billing          WARN  the gateway is away: connect ECONNREFUSED')
})

test('information stays in the file', () => {
  expect(shown('{"level":30,"time":1795355062464,"msg":"billing is handling messages"}')).toBeUndefined()
})

test('what is not a log line, like the stack of a crash, is shown as it is', () => {
  expect(shown('    at run (main.ts:3:1)')).toBe('billing              at run (main.ts:3:1)')
})
