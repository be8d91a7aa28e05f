import type { Counter, Message } from '@petrel/messaging'
import { BrokerUnavailable, publishDeadlineMs } from '@petrel/messaging'

/** What the HTTP side needs of the bus: `run` gives it. */
export interface Bus {
  /** Resolves when the broker has the command. @throws BrokerUnavailable */
  send(command: Message<'command'>, options: { readonly id: string }): Promise<void>
  isReady(): boolean
  count(counter: Counter): void
}

/** A customer has an answer within five seconds, also when the broker has none. The second more is for a send that waits for others. */
const longestSendMs = publishDeadlineMs + 1_000

/**
 * Hands a command over within the time a customer waits. When it fails the broker may still have taken it, so a request
 * sent again must carry the same id. @throws BrokerUnavailable
 */
export async function handOver(bus: Bus, command: Message<'command'>, id: string): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new BrokerUnavailable(`${command.type.fullName} ${id}: no confirmation within ${longestSendMs} ms.`)),
    longestSendMs,
  )
  try {
    await Promise.race([bus.send(command, { id }), tooLate])
  } finally {
    clearTimeout(timer)
  }
}
