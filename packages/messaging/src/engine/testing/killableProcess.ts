import type { Broker, Subscription } from '../../broker/port.ts'
import type { Store, StoreTransaction } from '../../store/port.ts'

/** When a process can be killed: before a call has had any effect, or after the effect and before the answer. */
export type CrashPoint = `${'before' | 'after'} ${'save' | 'publish' | 'commit'}`

export interface KillableProcess {
  /** The broker and the store for the engine of this process. */
  readonly broker: Broker
  readonly store: Store
  readonly isKilled: boolean
  /** From now on no call of the process has an effect or an answer, and it gets no records. From outside a kill looks like this. */
  kill(): void
  /** @param times 1 for the next such moment, 2 for the one after it */
  killAt(moment: CrashPoint, times?: number): void
}

export function killableProcess(broker: Broker, store: Store): KillableProcess {
  const subscriptions = new Set<Subscription>()
  const gone = Promise.withResolvers<never>()
  gone.promise.catch(() => {})
  let killed = false
  let planned: { readonly moment: CrashPoint; times: number } | undefined

  const kill = () => {
    if (killed) return
    killed = true
    gone.reject(new Error('the process was killed'))
    for (const subscription of subscriptions) void subscription.stop()
  }
  const killIfPlanned = (moment: CrashPoint) => {
    if (planned?.moment !== moment) return
    planned.times -= 1
    if (planned.times === 0) kill()
  }
  const whileAlive = async <T>(call: () => Promise<T>, name?: 'save' | 'publish' | 'commit'): Promise<T> => {
    if (name !== undefined) killIfPlanned(`before ${name}`)
    if (killed) return never()
    try {
      return await call()
    } finally {
      if (name !== undefined) killIfPlanned(`after ${name}`)
      if (killed) await never()
    }
  }
  const publish: Broker['publish'] = (records) => whileAlive(() => broker.publish(records), 'publish')

  return {
    get isKilled() {
      return killed
    },
    kill,
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
            onMissing: (topics) => (killed ? undefined : listener.onMissing?.(topics)),
            onLost: (...lost) => (killed ? undefined : listener.onLost?.(...lost)),
          },
        })
        subscriptions.add(subscription)
        return {
          pause: (partition) => subscription.pause(partition),
          resume: (partition) => subscription.resume(partition),
          commit: (positions) => whileAlive(() => subscription.commit(positions), positions.length > 0 ? 'commit' : undefined),
          isJoined: () => subscription.isJoined(),
          stop: () => whileAlive(() => subscription.stop()),
        }
      },
    },
    store: {
      handledIds: (messages) => whileAlive(() => store.handledIds(messages)),
      loadSagas: (keys) => whileAlive(() => store.loadSagas(keys)),
      begin: () => whileAlive(async () => rolledBackOnKill(await store.begin())),
      save: (units) => whileAlive(() => store.save(units), 'save'),
      positions: (group) => whileAlive(() => store.positions(group)),
      pendingOutbox: (lane) => whileAlive(() => store.pendingOutbox(lane)),
      lanesWithOutbox: (ms) => whileAlive(() => store.lanesWithOutbox(ms)),
      deleteOutbox: (ids) => whileAlive(() => store.deleteOutbox(ids)),
      deleteHandledBefore: (date) => whileAlive(() => store.deleteHandledBefore(date)),
      deleteCompletedBefore: (date) => whileAlive(() => store.deleteCompletedBefore(date)),
      // A database unlocks the rows of a dead process: so the publishing fails, and the rows stay.
      publishScheduled: (publishAll, limit) =>
        whileAlive(() => store.publishScheduled((records) => Promise.race([publishAll(records), gone.promise]), limit)),
      census: () => whileAlive(() => store.census()),
      sagaCounts: () => whileAlive(() => store.sagaCounts()),
      close: () => store.close(),
    },
  }

  /** A database rolls back the open transactions of a dead process. */
  function rolledBackOnKill(transaction: StoreTransaction): StoreTransaction {
    void gone.promise.catch(() => transaction.rollback())
    return {
      get unavailable() {
        return transaction.unavailable
      },
      query: (sql, values) => whileAlive(() => transaction.query(sql, values)),
      commit: (units) => whileAlive(() => transaction.commit(units), 'save'),
      rollback: () => whileAlive(() => transaction.rollback()),
    }
  }
}

const never = () => new Promise<never>(() => {})
