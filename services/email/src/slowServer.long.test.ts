import { expect, test } from 'vitest'
import { confirmationsOf, emailWithBilledOrders, failuresOf, requireAllNotified } from '../../../test/support/billedOrders.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { takingMailServer } from '../../../test/support/mailServers.ts'

test('a mail server that takes a second a mail levels 300 letters: each is mailed once, and nothing has failed', async () => {
  await using server = await takingMailServer(1_000)
  await using system = await emailWithBilledOrders(300, server.port)
  await eventually(() => requireAllNotified(system, 300), { withinMs: 30 * 60_000 })
  expect(server.messageIds.toSorted()).toEqual(confirmationsOf(300))
  expect(await failuresOf(system)).toEqual([])
})
