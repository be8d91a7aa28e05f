import { randomUUID } from 'node:crypto'
import type { Change, ChangeKind, Hub } from '../hub/hub.ts'
import { selected } from './selecting.ts'
import type { StoryFailure } from './story.ts'
import type { Troubles } from './storyEndpoints.ts'

interface FakeReplay {
  readonly replayId: string
  readonly ids: ReadonlySet<string>
  readonly at: string
  state: 'running' | 'done' | 'cancelled'
  resolved: number
  failed: number
}

interface Happening {
  readonly text: string
  readonly severity?: 'info' | 'ok' | 'warn' | 'fail'
  readonly endpoint?: string
  readonly link?: string
  /** Milliseconds since the epoch. */
  readonly at?: number
}

type Body = Readonly<Record<string, unknown>>

/** After so many replays a message is left out, unless it is asked for. */
const stubbornAfter = 3

/** What the fake console remembers, and what becomes of it. */
export class FakeStore {
  readonly failures: StoryFailure[]
  readonly notes = new Map<string, string>()
  readonly happenings: object[] = []
  readonly actions: object[] = []
  readonly replays: FakeReplay[] = []
  /** Everything that was asked for, dry runs as well. */
  readonly asked: { readonly path: string; readonly body: Body }[] = []
  guards: readonly string[]
  silent: readonly string[]
  /** How far the last one is. */
  erasure: object = {
    by: 'ada',
    at: new Date().toISOString(),
    state: 'running',
    step: 'search',
    done: 400,
    of: 1_000,
    erased: { failures: 0, audit: 0, deadLetters: 0 },
    waiting: null,
    againAt: null,
    endedAt: null,
    problem: null,
  }
  readonly #listeners = new Set<(change: Change) => void>()

  constructor(failures: readonly StoryFailure[], guards: readonly string[], silent: readonly string[]) {
    this.failures = [...failures]
    this.guards = guards
    this.silent = silent
  }

  readonly hub: Hub = {
    listen: (listener) => {
      this.#listeners.add(listener)
      return () => void this.#listeners.delete(listener)
    },
    tell: (change) => {
      for (const listener of this.#listeners) listener(change)
    },
    onClose: () => () => {},
    close: async () => {},
  }

  tell(...events: readonly ChangeKind[]): void {
    for (const event of events) this.hub.tell({ event, data: {} })
  }

  /** Failures have changed. */
  changed(): void {
    this.tell('summary', 'groups', 'failures', 'replay')
  }

  add(...failures: readonly StoryFailure[]): void {
    this.failures.push(...failures)
    this.changed()
    this.tell('endpoints')
  }

  open(): StoryFailure[] {
    return this.failures.filter(({ state }) => state === 'unresolved')
  }

  troubles(): Troubles {
    const byEndpoint = Map.groupBy(this.open(), ({ endpoint }) => endpoint)
    const failed = Object.fromEntries([...byEndpoint].map(([endpoint, list]) => [endpoint, list.length]))
    return { failed, guards: this.guards, silent: this.silent }
  }

  happened({ text, severity = 'info', endpoint, link, at = Date.now() }: Happening): void {
    const time = new Date(at).toISOString()
    this.happenings.unshift({
      id: randomUUID(),
      at: time,
      kind: 'story',
      endpoint: endpoint ?? null,
      text,
      severity,
      link: link ?? null,
    })
    this.tell('event')
  }

  /** Writes down that something was done. */
  acted(action: object, at = Date.now()): void {
    this.actions.unshift({
      id: randomUUID(),
      at: new Date(at).toISOString(),
      by: 'ada',
      outcome: 'done',
      detail: null,
      ...action,
    })
  }

  /** What of a selection can be sent back, and what is left out. */
  sendable(body: Body) {
    const chosen = selected(this.failures, body)
    const open = chosen.filter(({ state }) => state === 'unresolved')
    const isStubborn = ({ replays }: StoryFailure) => replays >= stubbornAfter && body['includeStubborn'] !== true
    return {
      own: open.filter((each) => each.foreign === null && !isStubborn(each)),
      foreign: open.filter((each) => each.foreign !== null),
      leftOut: { stubborn: open.filter(isStubborn).length, notUnresolved: chosen.length - open.length },
    }
  }

  replay(failures: readonly StoryFailure[]): FakeReplay {
    for (const failure of failures) {
      failure.state = 'replayRequested'
      failure.replays++
    }
    const ids = new Set(failures.map(({ id }) => id))
    const replay: FakeReplay = {
      replayId: randomUUID(),
      ids,
      at: new Date().toISOString(),
      state: 'running',
      resolved: 0,
      failed: 0,
    }
    this.replays.unshift(replay)
    this.changed()
    return replay
  }

  /** An endpoint confirms the messages of all replays, or fails at them again. */
  confirm(outcome: 'resolved' | 'failed' = 'resolved'): void {
    for (const replay of this.replays.filter(({ state }) => state === 'running')) {
      const sent = this.failures.filter(({ id, state }) => replay.ids.has(id) && state === 'replayRequested')
      for (const failure of sent) failure.state = outcome === 'resolved' ? 'resolved' : 'unresolved'
      replay[outcome] += sent.length
      replay.state = 'done'
    }
    this.changed()
  }

  /** Archives or restores. @returns how many */
  move(body: Body, from: StoryFailure['state'], to: StoryFailure['state']): number {
    const filter = body['filter'] === undefined ? undefined : { ...(body['filter'] as object), state: from }
    const moving = selected(this.failures, { ...body, filter }).filter(({ state }) => state === from)
    for (const failure of moving) failure.state = to
    this.changed()
    return moving.length
  }
}

export const replayView = ({ ids, ...replay }: FakeReplay) => ({
  ...replay,
  total: ids.size,
  sent: ids.size,
  unsendable: [],
  ratePerSecond: 1_000,
  by: 'ada',
})
