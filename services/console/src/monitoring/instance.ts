export type InstanceState = 'running' | 'silent' | 'stopped'

/** A process of an endpoint, as its heartbeats tell. Times are milliseconds since the epoch. */
export interface Instance {
  readonly id: string
  readonly endpoint: string
  readonly state: InstanceState
  readonly startedAt: number
  readonly lastSeenAt: number
  readonly everyMs: number
  readonly version: string
  readonly host: string
  readonly pid: number
  readonly ready: boolean
  readonly outageGuard: boolean
}

export type EndpointState = InstanceState | 'unknown'

/** An endpoint runs as long as one of its processes does. One that has never sent a heartbeat is unknown. */
export function endpointState(instances: readonly Pick<Instance, 'state'>[]): EndpointState {
  const has = (state: InstanceState) => instances.some((instance) => instance.state === state)
  if (has('running')) return 'running'
  if (has('silent')) return 'silent'
  return has('stopped') ? 'stopped' : 'unknown'
}

/** Whether one of its processes handles one message at a time. */
export const hasOutageGuard = (instances: readonly Instance[]): boolean =>
  instances.some(({ state, outageGuard }) => state === 'running' && outageGuard)

/** So many heartbeats may be missing: one may be late, and one lost with a broker. */
const missedHeartbeats = 3

/** @param readUpTo everything that was written before then has been read: a heartbeat that is not here was not sent */
export const isSilent = ({ state, lastSeenAt, everyMs }: Instance, readUpTo: number): boolean =>
  state === 'running' && readUpTo - lastSeenAt > missedHeartbeats * everyMs

const forgetStoppedMs = 10 * 60_000
const forgetSilentMs = 60 * 60_000

/** Those that are of interest: what has stopped, or is silent while others run, leaves after a while. The last one stays. */
export function shownInstances(instances: readonly Instance[], now: number): Instance[] {
  const isRecent = ({ state, lastSeenAt }: Instance) =>
    state === 'running' || now - lastSeenAt < (state === 'stopped' ? forgetStoppedMs : forgetSilentMs)
  const latest = instances.toSorted((one, other) => other.lastSeenAt - one.lastSeenAt)
  const recent = latest.filter(isRecent)
  return recent.length > 0 ? recent : latest.slice(0, 1)
}
