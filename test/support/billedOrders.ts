import { CustomerNotified, OrderBilled } from '@petrel/contracts'
import { type InMemorySystem, startInMemory } from '@petrel/messaging/testing'
import { emailThrough } from '../../services/email/src/endpoint.ts'
import { mailerAt } from '../../services/email/src/mailer.ts'
import type { Patience } from '../../services/email/src/smtp.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)

export const billedOrder = (orderId: string) => ({
  orderId,
  customerId: 'ada',
  email: 'ada@example.com',
  amountCents: 1_690,
  currency: 'EUR',
  chargeId: 'ch_1',
  billedAt: new Date('2026-03-01T10:00:00Z'),
})

export const billedOrders = (count: number) => numbers(count).map((number) => billedOrder(String(number)))

/** The Message-IDs of their confirmations, sorted. */
export const confirmationsOf = (count: number): string[] =>
  numbers(count)
    .map((number) => `<${number}.billed@petrel.example>`)
    .toSorted()

/** Email with a mail server at this port of this machine, and so many orders that were just billed. */
export async function emailWithBilledOrders(count: number, port: number, patience?: Patience): Promise<InMemorySystem> {
  const mailer = mailerAt(`smtp://127.0.0.1:${port}`, 'Petrel Tea <shop@petrel.example>', patience)
  const system = await startInMemory([emailThrough(mailer)])
  await Promise.all(billedOrders(count).map((order) => system.publish(OrderBilled(order))))
  return system
}

/** @returns which of email's retry topics and its dead letter topic have a record: a failure leaves one */
export async function failuresOf(system: InMemorySystem): Promise<string[]> {
  const failed: string[] = []
  for (const topic of ['email.retry.2s', 'email.retry.4s', 'email.retry.8s', 'email.dlt'])
    for await (const record of system.admin.read(topic)) failed.push(record.topic)
  return failed
}

/** Throws while not all of them are known to be mailed. */
export async function requireAllNotified(system: InMemorySystem, count: number): Promise<void> {
  const { length } = await system.produced(CustomerNotified)
  if (length < count) throw new Error(`${length} of ${count} customers are notified`)
}
