import { auditDecoder, auditTopic } from '@petrel/messaging/operations'
import type { ConsoleContext, Part } from '../part.ts'
import { isOfEndpoint } from '../reading/topics.ts'
import { every } from '../store/every.ts'
import { keepDays } from './days.ts'
import { tidy } from './tidy.ts'
import { type Audited, auditWriter } from './writer.ts'

/** Alone, a record would be a transaction of its own; so long nobody waits for a page. */
const lingerMs = 250
const keepDaysEveryMs = 60 * 60_000
const tidyEveryMs = 60_000

/** Who handled what, and which processes are there, as endpoints say. @param audited told of what is read for the first time */
export function auditPart({ pool, registry, settings, log }: ConsoleContext, audited: readonly Audited[]): Part {
  const days = settings.CONSOLE_AUDIT_DAYS
  const decode = auditDecoder(registry)
  const write = auditWriter({ pool, days, audited })
  let hasDays: Promise<void> | undefined
  const firstDays = () => {
    hasDays ??= keepDays(pool, days, Date.now())
    hasDays.catch(() => (hasDays = undefined))
    return hasDays
  }
  return {
    handlers: [
      {
        kind: 'audit',
        lingerMs,
        wants: (topic) => isOfEndpoint(topic, auditTopic('')),
        async prepare(records) {
          await firstDays()
          return write(await Promise.all(records.map(async (record) => ({ ...record, audit: await decode(record) }))))
        },
      },
    ],
    async erase(tx, values) {
      const { rowCount } = await tx.query('delete from handled where key = any($1) or saga_id = any($1)', [values])
      return rowCount ?? 0
    },
    start() {
      const works = [
        every(keepDaysEveryMs, log, 'make and drop days of handled messages', () => keepDays(pool, days, Date.now())),
        every(tidyEveryMs, log, 'forget old rates', () => tidy(pool, days)),
      ]
      return { close: async () => void (await Promise.all(works.map((work) => work.close()))) }
    },
  }
}
