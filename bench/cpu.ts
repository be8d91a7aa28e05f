import { readFileSync } from 'node:fs'

/** CPU seconds, user and system, that a process and (for PostgreSQL, which forks a process a connection) its children have used. Linux only. */
export function cpuSeconds(pid: number, options: { readonly withChildren?: boolean } = {}): number {
  const own = ticks(pid, options.withChildren === true)
  const children = options.withChildren === true ? childrenOf(pid).map((child) => ticks(child, false)) : []
  return [own, ...children].reduce((sum, each) => sum + each, 0) / ticksPerSecond
}

/** Resident memory of a process in MiB; 0 when it is gone. */
export function residentMiB(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1]
  return Math.round(Number(kb ?? 0) / 1024)
}

/** USER_HZ, which Linux fixes for user space on all common machines. */
const ticksPerSecond = 100

/** Fields 14 to 17 of /proc/<pid>/stat: own time, and that of children that have ended (see proc(5)). */
function ticks(pid: number, withEndedChildren: boolean): number {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15)
  return user + system + (withEndedChildren ? childUser + childSystem : 0)
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** CPU used by several processes over a run, sampled so that it can be read for any moment in between. */
export class CpuRecorder<Name extends string> {
  readonly #read: () => Record<Name, number>
  readonly #samples: { at: number; cpu: Record<Name, number> }[] = []
  readonly #timer: NodeJS.Timeout

  constructor(read: () => Record<Name, number>, everyMs = 50) {
    this.#read = read
    this.#sample()
    this.#timer = setInterval(() => this.#sample(), everyMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#sample()
  }

  /** CPU seconds of each between two moments, in milliseconds since the epoch. */
  between(from: number, to: number): Record<Name, number> {
    const start = this.#at(from)
    const end = this.#at(to)
    const names = Object.keys(end) as Name[]
    return Object.fromEntries(names.map((name) => [name, end[name] - start[name]])) as Record<Name, number>
  }

  #at(moment: number): Record<Name, number> {
    const sample = this.#samples.findLast(({ at }) => at <= moment) ?? this.#samples[0]
    if (sample === undefined) throw new Error('nothing was sampled')
    return sample.cpu
  }

  #sample(): void {
    this.#samples.push({ at: Date.now(), cpu: this.#read() })
  }
}
