import type { Broker, Subscription } from '../../broker/port.ts'
import type { Store } from '../../store/port.ts'

/** A moment at which a process can end: before a call has any effect, or after it had and before its answer. */
export type Moment = `${'before' | 'after'} ${'save' | 'publish' | 'commit'}`

export interface Power {
  /** The broker and the store as a process sees them that runs on this power. */
  readonly broker: Broker
  readonly store: Store
  readonly isCut: boolean
  /** From now on nothing that the process does has any effect, and it hears nothing more: so a kill looks from outside. */
  cut(): void
  /** @param times at which such moment from now */
  cutAt(moment: Moment, times?: number): void
}

export function power(broker: Broker, store: Store): Power {
  const subscriptions = new Set<Subscription>()
  const gone = Promise.withResolvers<never>()
  gone.promise.catch(() => {})
  let cut = false
  let planned: { readonly moment: Moment; times: number } | undefined

  const off = () => {
    if (cut) return
    cut = true
    gone.reject(new Error('the power is cut'))
    for (const subscription of subscriptions) void subscription.stop()
  }
  const at = (moment: Moment) => {
    if (planned?.moment !== moment) return
    planned.times -= 1
    if (planned.times === 0) off()
  }
  const whenOn = async <T>(call: () => Promise<T>, name?: 'save' | 'publish' | 'commit'): Promise<T> => {
    if (name !== undefined) at(`before ${name}`)
    if (cut) return never()
    try {
      return await call()
    } finally {
      if (name !== undefined) at(`after ${name}`)
      if (cut) await never()
    }
  }
  const publish: Broker['publish'] = (records) => whenOn(() => broker.publish(records), 'publish')

  return {
    get isCut() {
      return cut
    },
    cut: off,
    cutAt: (moment, times = 1) => {
      planned = { moment, times }
    },
    broker: {
      ...broker,
      publish,
      async subscribe({ listener, ...options }) {
        const subscription = await broker.subscribe({
          ...options,
          listener: {
            onAssigned: (partitions) => (cut ? undefined : listener.onAssigned(partitions)),
            onRecords: (records) => (cut ? undefined : listener.onRecords(records)),
          },
        })
        subscriptions.add(subscription)
        return {
          pause: (partition) => subscription.pause(partition),
          resume: (partition) => subscription.resume(partition),
          commit: (positions) => whenOn(() => subscription.commit(positions), positions.length > 0 ? 'commit' : undefined),
          stop: () => whenOn(() => subscription.stop()),
        }
      },
    },
    store: {
      known: (ids) => whenOn(() => store.known(ids)),
      loadSagas: (keys) => whenOn(() => store.loadSagas(keys)),
      transaction: () => store.transaction(),
      save: (decisions, transaction) => whenOn(() => store.save(decisions, transaction), 'save'),
      unsent: (lane) => whenOn(() => store.unsent(lane)),
      forget: (ids) => whenOn(() => store.forget(ids)),
      // A database gives back what a dead process has taken.
      publishDue: (publishAll, limit) =>
        whenOn(() => store.publishDue((records) => Promise.race([publishAll(records), gone.promise]), limit)),
      close: () => store.close(),
    },
  }
}

const never = () => new Promise<never>(() => {})
