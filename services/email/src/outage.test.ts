import { CustomerNotified } from '@petrel/contracts'
import { Postpone } from '@petrel/messaging'
import { expect, test } from 'vitest'
import {
  billedOrders,
  confirmationsOf,
  emailWithBilledOrders,
  failuresOf,
  requireAllNotified,
} from '../../../test/support/billedOrders.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { hangingMailServer, takingMailServer } from '../../../test/support/mailServers.ts'
import { email } from './endpoint.ts'
import { confirmation } from './letters.ts'
import { connections, mailerAt } from './mailer.ts'
import { patience } from './smtp.ts'

/** Finds out sooner that nobody says hello. */
const impatient = { ...patience, connect: 300 }

/** Hands in so many letters at once. @returns what became of each */
async function sendTogether(count: number, port: number): Promise<unknown[]> {
  const mailer = mailerAt(`smtp://127.0.0.1:${port}`, 'shop@petrel.example', impatient)
  const sent = await Promise.allSettled(billedOrders(count).map((order) => mailer.send(confirmation(order))))
  return sent.map((each) => (each.status === 'fulfilled' ? 'sent' : each.reason))
}

test('a letter is postponed before its handler has used up its time, however the mail server behaves', () => {
  const longest = patience.turn + patience.connect + patience.send
  expect(email.handlerTimeLimit).toBe('30s')
  expect(longest).toBeLessThan(30_000)
})

test('a mail server that accepts connections and never answers postpones all letters, and is asked by the first four only', async () => {
  await using server = await hangingMailServer()
  const outcomes = await sendTogether(96, server.port)
  for (const outcome of outcomes) expect(outcome).toBeInstanceOf(Postpone)
  expect(server.connections()).toBe(connections)
})

test('a mail server that refuses connections postpones all letters', async () => {
  const server = await takingMailServer()
  await server[Symbol.asyncDispose]()
  for (const outcome of await sendTogether(96, server.port)) expect(outcome).toBeInstanceOf(Postpone)
})

test('a mail server that is slower than letters come takes one after the other, and they wait', async () => {
  await using server = await takingMailServer(20)
  expect(new Set(await sendTogether(96, server.port))).toEqual(new Set(['sent']))
  expect(server.messageIds.toSorted()).toEqual(confirmationsOf(96))
})

test('300 customers get one mail each when a mail server that hung comes to life, and nothing has failed', async () => {
  const hanging = await hangingMailServer()
  await using system = await emailWithBilledOrders(300, hanging.port, impatient)
  // Several rounds of letters have been told that nobody answers.
  await eventually(() => expect(hanging.connections()).toBeGreaterThan(5 * connections))
  await hanging[Symbol.asyncDispose]()
  await using server = await takingMailServer(0, hanging.port)
  await eventually(() => requireAllNotified(system, 300), { withinMs: 50_000 })
  expect(server.messageIds.toSorted()).toEqual(confirmationsOf(300))
  expect(await failuresOf(system)).toEqual([])
})

test('300 customers get one mail each when a mail server that was away comes back, and nothing has failed', async () => {
  const away = await takingMailServer()
  await away[Symbol.asyncDispose]()
  await using system = await emailWithBilledOrders(300, away.port)
  await system.settled()
  expect(await system.produced(CustomerNotified)).toEqual([])
  await using server = await takingMailServer(0, away.port)
  await eventually(() => requireAllNotified(system, 300), { withinMs: 50_000 })
  expect(server.messageIds.toSorted()).toEqual(confirmationsOf(300))
  expect(await failuresOf(system)).toEqual([])
})
