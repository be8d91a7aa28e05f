import { setTimeout as sleep } from 'node:timers/promises'
import { type Gateway, GatewayBusy } from './gateway.ts'

/** In milliseconds. */
export interface Clock {
  now(): number
  wait(ms: number): Promise<void>
}

const realClock: Clock = { now: Date.now, wait: (ms) => sleep(ms) }

/**
 * The same gateway, waited for while it takes fewer than come. So orders wait in their topic, in their order, and only those
 * that are being billed ask again. Postponed, each of ten thousand would ask, be refused and be written down, again and again.
 * @param patienceMs far less than a handler may take; then the order is postponed after all, and others have their turn
 */
export function patient(gateway: Gateway, patienceMs = 15_000, clock = realClock): Gateway {
  const whileBusy = async <T>(ask: () => Promise<T>): Promise<T> => {
    const deadline = clock.now() + patienceMs
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        if (!(error instanceof GatewayBusy) || clock.now() + error.delayMs > deadline) throw error
        await clock.wait(error.delayMs)
      }
    }
  }
  return {
    charge: (amount) => whileBusy(() => gateway.charge(amount)),
    refund: (amount) => whileBusy(() => gateway.refund(amount)),
  }
}
