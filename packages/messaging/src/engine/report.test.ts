import { expect, test } from 'vitest'
import { Postpone } from '../definition/outcome.ts'
import type { Log } from '../log.ts'
import { billing, placed } from './testing/billing.ts'
import { testSystem } from './testing/testSystem.ts'
import { useVirtualTime } from './testing/virtualTime.ts'

useVirtualTime()

type Line = { readonly level: keyof Log; readonly message: string; readonly details: Readonly<Record<string, unknown>> }

function keptLog(): { readonly log: Log; readonly lines: Line[] } {
  const lines: Line[] = []
  const at = (level: keyof Log) => (details: object, message: string) =>
    void lines.push({ level, message, details: details as Line['details'] })
  return { log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines }
}

const failed = (lines: readonly Line[]) =>
  lines.filter(({ message }) => message.startsWith('message ')).map(({ level, message }) => `${level}: ${message}`)

test('each try that fails is a line: info when it is tried again at once, a warning for later, an error for a person', async () => {
  const { log, lines } = keptLog()
  const { endpoint } = billing(
    () => {
      throw new Error('bug')
    },
    { recoverability: { immediate: 1, delayed: ['2s'] } },
  )
  const system = await testSystem(endpoint, { log })
  await system.start()
  const [id] = await system.publish(placed(1))
  await system.settled()
  expect(failed(lines)).toEqual([
    'info: message failed: it is tried again at once',
    'warn: message failed: it is tried again later',
    'info: message failed: it is tried again at once',
    'error: message failed for good: it waits in the dead letter topic',
  ])
  const about = lines.filter(({ message }) => message.startsWith('message failed'))
  expect(about.map(({ details }) => details['tries'])).toEqual([1, 2, 3, 4])
  for (const { details } of about) expect(details).toMatchObject({ messageId: id, conversationId: expect.any(String) })
})

test('a message that is postponed is no failure: a line of information', async () => {
  const { log, lines } = keptLog()
  const { endpoint } = billing((_, __, run) => {
    if (run === 1) throw new Postpone('30s', 'the carrier is closed')
  })
  const system = await testSystem(endpoint, { log })
  await system.start()
  await system.publish(placed(1))
  await system.settled()
  expect(failed(lines)).toEqual(['info: message postponed'])
})
