import { uuid7 } from '@petrel/messaging'
import type { MessageIdentity } from '../../packages/messaging/src/identity.ts'
import type { UnitOfWork } from '../../packages/messaging/src/store/port.ts'

/** So many messages that nobody has handled. */
export const newMessages = (count: number): MessageIdentity[] =>
  Array.from({ length: count }, () => {
    const id = uuid7()
    return { source: 'bench', id, formerId: id }
  })

const value = Buffer.alloc(400, 'x')

/** What a lane saves of them: that they were handled, and a record for each. */
export const unitOf = (handled: readonly MessageIdentity[]): UnitOfWork => ({
  lane: 'bench',
  handled,
  outgoing: handled.map(({ id }) => ({ topic: 'bench', key: id, value, headers: {} })),
  rows: new Map(),
  sagas: [],
  scheduled: [],
  sent: [],
})
