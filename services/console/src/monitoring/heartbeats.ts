import type { Audit, Heartbeat } from '@petrel/messaging/operations'
import type { NewEvent } from '../events/event.ts'
import { endpointState, hasOutageGuard, type Instance, isSilent } from './instance.ts'

/** What is known of an endpoint's processes, and what has happened to them. */
export interface Change {
  /** All of its instances. */
  readonly instances: readonly Instance[]
  /** Those that are different now. */
  readonly changed: readonly Instance[]
  readonly events: readonly NewEvent[]
}

type Sign = Pick<Audit, 'endpoint' | 'instance' | 'at'> & { readonly heartbeat: Heartbeat }

/** What heartbeats of one endpoint tell. @param instances all that are known of it */
export function hear(instances: readonly Instance[], audits: readonly Audit[]): Change {
  const signs = audits.flatMap(({ heartbeat, ...audit }): Sign[] => (heartbeat === null ? [] : [{ ...audit, heartbeat }]))
  return inTurn(
    instances,
    signs.map((sign) => (known) => instanceAfter(known, sign)),
    signs.map(({ at }) => at),
  )
}

/** Those from which nothing is heard any more. @param readUpTo see {@link isSilent} */
export function fallSilent(instances: readonly Instance[], readUpTo: number): Change {
  const silent = instances.filter((instance) => isSilent(instance, readUpTo))
  return inTurn(
    instances,
    silent.map((instance) => () => ({ ...instance, state: 'silent' as const })),
    silent.map(() => readUpTo),
  )
}

type Step = (known: ReadonlyMap<string, Instance>) => Instance | undefined

function inTurn(instances: readonly Instance[], steps: readonly Step[], times: readonly number[]): Change {
  const known = new Map(instances.map((instance) => [instance.id, instance]))
  const changed = new Map<string, Instance>()
  const events: NewEvent[] = []
  let before = standingOf(instances)
  for (const [index, step] of steps.entries()) {
    const after = step(known)
    if (after === undefined) continue
    const former = known.get(after.id)
    known.set(after.id, after)
    changed.set(after.id, after)
    // Nearly all say that everything is as it was. An endpoint that starts again and again has ten thousand instances.
    const isSame = former?.state === after.state && former.outageGuard === after.outageGuard
    const standing = isSame ? before : standingOf([...known.values()])
    events.push(...eventsOf(former, after, { before, after: standing }, times[index]))
    before = standing
  }
  return { instances: [...known.values()], changed: [...changed.values()], events }
}

/** How an endpoint is, with all of its instances. */
interface Standing {
  readonly isRunning: boolean
  readonly hasGuard: boolean
}

const standingOf = (instances: readonly Instance[]): Standing => ({
  isRunning: endpointState(instances) === 'running',
  hasGuard: hasOutageGuard(instances),
})

/** @returns undefined where the heartbeat says nothing new: it is older than what is known, or the process has stopped */
function instanceAfter(known: ReadonlyMap<string, Instance>, { endpoint, instance: id, at, heartbeat }: Sign) {
  const before = known.get(id)
  if (before !== undefined && (at < before.lastSeenAt || before.state === 'stopped')) return undefined
  const { startedAt, everyMs, version, host, pid, ready, outageGuard, stopping } = heartbeat
  const state = stopping ? 'stopped' : 'running'
  return { id, endpoint, state, startedAt, lastSeenAt: at, everyMs, version, host, pid, ready, outageGuard } as const
}

interface Around {
  readonly before: Standing
  readonly after: Standing
}

function eventsOf(former: Instance | undefined, instance: Instance, around: Around, at = instance.lastSeenAt): NewEvent[] {
  const { endpoint, id } = instance
  const common = { at, endpoint, link: `/endpoints/${encodeURIComponent(endpoint)}` }
  const { before, after } = around
  const events: NewEvent[] = []
  if (former?.state !== instance.state) {
    const news = newsOf(former, instance, before.isRunning, after.isRunning)
    events.push({ ...common, ...news, name: `${news.kind}:${id}:${at}` })
  }
  if (before.hasGuard !== after.hasGuard && after.isRunning) {
    const news = after.hasGuard ? guardOn(endpoint) : guardOff(endpoint)
    events.push({ ...common, ...news, name: `${news.kind}:${id}:${at}` })
  }
  return events
}

type News = Pick<NewEvent, 'kind' | 'severity' | 'text'>

/** @param wasRunning whether a process of the endpoint ran before; `isRunning`: whether one runs after this */
function newsOf(former: Instance | undefined, instance: Instance, wasRunning: boolean, isRunning: boolean): News {
  if (instance.state === 'running') return former === undefined ? started(instance, wasRunning) : back(instance, wasRunning)
  return instance.state === 'stopped' ? stopped(instance, isRunning) : silent(instance, isRunning)
}

const where = ({ pid, host }: Instance) => `process ${pid} on ${host}`

const started = (instance: Instance, wasRunning: boolean): News =>
  wasRunning
    ? {
        kind: 'instance-started',
        severity: 'info',
        text: `${instance.endpoint}: ${where(instance)} has started, version ${instance.version}`,
      }
    : {
        kind: 'endpoint-started',
        severity: 'ok',
        text: `${instance.endpoint} runs: ${where(instance)}, version ${instance.version}`,
      }

const back = (instance: Instance, wasRunning: boolean): News =>
  wasRunning
    ? { kind: 'instance-back', severity: 'ok', text: `${instance.endpoint}: ${where(instance)} gives signs of life again` }
    : { kind: 'endpoint-back', severity: 'ok', text: `${instance.endpoint} gives signs of life again: ${where(instance)}` }

const stopped = (instance: Instance, isRunning: boolean): News =>
  isRunning
    ? {
        kind: 'instance-stopped',
        severity: 'info',
        text: `${instance.endpoint}: ${where(instance)} has stopped in order; others go on`,
      }
    : {
        kind: 'endpoint-stopped',
        severity: 'warn',
        text: `${instance.endpoint} has stopped in order: ${where(instance)} was its last`,
      }

function silent(instance: Instance, isRunning: boolean): News {
  const since = `silent since ${new Date(instance.lastSeenAt).toISOString()}`
  return isRunning
    ? { kind: 'instance-silent', severity: 'warn', text: `${instance.endpoint}: ${where(instance)} is ${since}; others go on` }
    : { kind: 'endpoint-silent', severity: 'fail', text: `${instance.endpoint} is ${since}: ${where(instance)} was its last` }
}

const guardOn = (endpoint: string): News => ({
  kind: 'outage-guard-on',
  severity: 'fail',
  text: `${endpoint} handles one message at a time: too many have failed in a row`,
})

const guardOff = (endpoint: string): News => ({
  kind: 'outage-guard-off',
  severity: 'ok',
  text: `${endpoint} handles messages side by side again`,
})
