import { RecordRefused, type OutgoingRecord } from '../port.ts'

type Send = (records: readonly OutgoingRecord[]) => Promise<void>

interface Waiting extends PromiseWithResolvers<void> {
  readonly records: readonly OutgoingRecord[]
}

/** Requests under way at once: one on the wire and one being answered keep a broker busy. */
const UNDER_WAY = 2

/**
 * Lets publishes that come while others are under way wait and go together: a request costs broker and client far more
 * than a record, and a busy endpoint has many small publishes at a time. A publish alone is never held back.
 */
export function coalescing(send: Send): Send {
  let underWay = 0
  let waiting: Waiting[] = []

  const sendTogether = async (group: readonly Waiting[]) => {
    try {
      await send(group.flatMap(({ records }) => records))
      for (const { resolve } of group) resolve()
    } catch (error) {
      if (error instanceof RecordRefused && group.length > 1) return sendApart(group)
      for (const { reject } of group) reject(error)
      if (!(error instanceof RecordRefused)) refuseWaiting(error)
    }
  }
  /** One record is to blame, and only its publish may fail; what the others said may be in the topics twice. */
  const sendApart = async (group: readonly Waiting[]) => {
    for (const { records, resolve, reject } of group) await send(records).then(resolve, reject)
  }
  /** The broker is away: what waited for it is told in the same breath, and never sent. */
  const refuseWaiting = (error: unknown) => {
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  const pump = () => {
    if (waiting.length === 0 || underWay >= UNDER_WAY) return
    const group = waiting
    waiting = []
    underWay += 1
    void sendTogether(group).finally(() => {
      underWay -= 1
      pump()
    })
  }

  return (records) => {
    const entry: Waiting = { records, ...Promise.withResolvers<void>() }
    waiting.push(entry)
    pump()
    return entry.promise
  }
}
