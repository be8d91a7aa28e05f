import { type MetricsRegistry, readGauge } from '@petrel/messaging/metrics'
import { Counter } from 'prom-client'
import type { Mails } from './mails.ts'

/** What became of mails that came. */
export interface MailMetrics {
  /** One is kept. */
  readonly taken: () => void
  /** @param code how SMTP has answered: 552 for one that is too large */
  readonly refused: (code: number) => void
}

/** Registers everything that the mailbox measures beside its HTTP; docs/metrics.md says what each means. */
export function mailMetrics(registry: MetricsRegistry, mails: Pick<Mails, 'counts' | 'bytes'>): MailMetrics {
  readGauge(registry, { name: 'mailbox_mails_kept', help: 'Mails that are kept' }, () => [[{}, mails.counts().kept]])
  readGauge(registry, { name: 'mailbox_store_bytes', help: 'What the mails that are kept take on the disk' }, () => [
    [{}, mails.bytes()],
  ])
  const taken = new Counter({ name: 'mailbox_mails_taken_total', help: 'Mails that are on the disk', registers: [registry] })
  const refused = new Counter({
    name: 'mailbox_mails_refused_total',
    help: 'Mails that are not taken, by the answer',
    labelNames: ['smtp_response_code'],
    registers: [registry],
  })
  return { taken: () => taken.inc(), refused: (code) => refused.inc({ smtp_response_code: code }) }
}
