import type { Broker, Subscription } from '../../broker/port.ts'
import type { Store } from '../../store/port.ts'

/** A moment at which a process can end: before a call has any effect, or after it had and before its answer. */
export type CrashPoint = `${'before' | 'after'} ${'save' | 'publish' | 'commit'}`

export interface ProcessSwitch {
  /** The broker and the store as a process sees them that it can end. */
  readonly broker: Broker
  readonly store: Store
  readonly isKilled: boolean
  /** From now on nothing that the process does has any effect, and it hears nothing more: so a kill looks from outside. */
  kill(): void
  /** @param times at which such moment from now */
  killAt(moment: CrashPoint, times?: number): void
}

export function processSwitch(broker: Broker, store: Store): ProcessSwitch {
  const subscriptions = new Set<Subscription>()
  const gone = Promise.withResolvers<never>()
  gone.promise.catch(() => {})
  let killed = false
  let planned: { readonly moment: CrashPoint; times: number } | undefined

  const off = () => {
    if (killed) return
    killed = true
    gone.reject(new Error('the process was killed'))
    for (const subscription of subscriptions) void subscription.stop()
  }
  const at = (moment: CrashPoint) => {
    if (planned?.moment !== moment) return
    planned.times -= 1
    if (planned.times === 0) off()
  }
  const whenOn = async <T>(call: () => Promise<T>, name?: 'save' | 'publish' | 'commit'): Promise<T> => {
    if (name !== undefined) at(`before ${name}`)
    if (killed) return never()
    try {
      return await call()
    } finally {
      if (name !== undefined) at(`after ${name}`)
      if (killed) await never()
    }
  }
  const publish: Broker['publish'] = (records) => whenOn(() => broker.publish(records), 'publish')

  return {
    get isKilled() {
      return killed
    },
    kill: off,
    killAt: (moment, times = 1) => {
      planned = { moment, times }
    },
    broker: {
      ...broker,
      publish,
      async subscribe({ listener, ...options }) {
        const subscription = await broker.subscribe({
          ...options,
          listener: {
            onAssigned: (partitions) => (killed ? undefined : listener.onAssigned(partitions)),
            onRecords: (records) => (killed ? undefined : listener.onRecords(records)),
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
      handledIds: (ids) => whenOn(() => store.handledIds(ids)),
      loadSagas: (keys) => whenOn(() => store.loadSagas(keys)),
      transaction: () => store.transaction(),
      save: (work, transaction) => whenOn(() => store.save(work, transaction), 'save'),
      pendingOutbox: (lane) => whenOn(() => store.pendingOutbox(lane)),
      deleteOutbox: (ids) => whenOn(() => store.deleteOutbox(ids)),
      // A database gives back what a dead process has taken.
      publishScheduled: (publishAll, limit) =>
        whenOn(() => store.publishScheduled((records) => Promise.race([publishAll(records), gone.promise]), limit)),
      close: () => store.close(),
    },
  }
}

const never = () => new Promise<never>(() => {})
