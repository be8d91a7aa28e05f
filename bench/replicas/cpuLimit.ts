import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../../deploy/local/problem.ts'

/** A share of the processors for one process and all its threads. */
export interface CpuLimit {
  apply(pid: number): void
  /** The process must have ended. */
  remove(): Promise<void>
}

/** Short, so that a process is slow and not now and then away. */
const PERIOD_US = 20_000

/**
 * Limits by a control group of Linux, version 1 or 2 (https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files).
 * @param cores may be a fraction
 * @throws Problem where control groups cannot be written
 */
export function cpuLimit(name: string, cores: number): CpuLimit {
  const { parent, write } = findCpuController()
  const group = join(parent, `petrel-bench-${process.pid}-${name}`)
  try {
    mkdirSync(group)
    write(group, Math.round(cores * PERIOD_US))
  } catch (error) {
    if (existsSync(group)) rmdirSync(group)
    throw new Problem(`${unwritable} ${(error as Error).message}`, { cause: error })
  }
  return {
    apply: (pid) => writeFileSync(join(group, 'cgroup.procs'), String(pid)),
    remove: () => removeWhenEmpty(group),
  }
}

const unwritable =
  'Replicas are measured with a share of a processor each, which needs control groups of Linux (v1 or v2, with the cpu controller) that this account may write: run it as root, or in a container that has them.'

interface CpuController {
  readonly parent: string
  readonly write: (group: string, quotaUs: number) => void
}

function findCpuController(): CpuController {
  const mounts = read('/proc/self/mountinfo').map((line) => line.split(' - ') as [string, string])
  const mountedAt = (fits: (type: string) => boolean) => mounts.find(([, type]) => fits(type))?.[0].split(' ')[4]
  const own = read('/proc/self/cgroup').map((line) => line.split(':') as [string, string, string])

  const v1 = mountedAt((type) => /^cgroup .*\bcpu\b/.test(type))
  const v1Path = own.find(([, controllers]) => controllers.split(',').includes('cpu'))?.[2]
  if (v1 !== undefined && v1Path !== undefined) return { parent: join(v1, v1Path), write: writeV1 }

  const v2 = mountedAt((type) => type.startsWith('cgroup2 '))
  const v2Path = own.find(([number]) => number === '0')?.[2]
  if (v2 === undefined || v2Path === undefined) throw new Problem(unwritable)
  // In version 2 only a group without processes may hand a controller down, so ours is made beside our own, not below.
  return { parent: join(v2, v2Path, v2Path === '/' ? '.' : '..'), write: writeV2 }
}

function writeV1(group: string, quotaUs: number): void {
  writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_US))
  writeFileSync(join(group, 'cpu.cfs_quota_us'), String(quotaUs))
}

function writeV2(group: string, quotaUs: number): void {
  writeFileSync(join(group, '..', 'cgroup.subtree_control'), '+cpu')
  writeFileSync(join(group, 'cpu.max'), `${quotaUs} ${PERIOD_US}`)
}

/** A process that has just ended may still be in it. */
async function removeWhenEmpty(group: string): Promise<void> {
  const deadline = Date.now() + 5_000
  for (;;) {
    try {
      return rmdirSync(group)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || Date.now() > deadline) throw error
      await sleep(20)
    }
  }
}

function read(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n')
  } catch (error) {
    throw new Problem(unwritable, { cause: error })
  }
}
