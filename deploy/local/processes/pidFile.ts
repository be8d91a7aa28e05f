import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * When a process began, as an opaque text; undefined when it is gone. Together with the number it names a process even
 * after a reboot gave the number to somebody else.
 */
export function beginningOf(pid: number): string | undefined {
  try {
    if (existsSync('/proc/self/stat')) return beginningInProc(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

/** The name in parentheses may itself hold spaces and parentheses, so fields count from the last one. */
function beginningInProc(stat: string): string | undefined {
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? undefined : rest[18]
}

/** The living process that wrote the file, if there is one. */
export function holderOf(file: string): number | undefined {
  if (!existsSync(file)) return undefined
  const [pid, ...beginning] = readFileSync(file, 'utf8').trim().split(' ')
  return beginningOf(Number(pid)) === beginning.join(' ') ? Number(pid) : undefined
}

/** Notes in the file that the process (ours unless given) is the one that runs. @returns the process that runs already, if there is one */
export function claim(file: string, pid = process.pid): number | undefined {
  mkdirSync(dirname(file), { recursive: true })
  const holder = holderOf(file)
  if (holder !== undefined && holder !== pid) return holder
  rmSync(file, { force: true })
  writeFileSync(file, `${pid} ${beginningOf(pid)}\n`, { flag: 'wx' })
  return undefined
}

/** Gives up what `claim` took. */
export function release(file: string): void {
  rmSync(file, { force: true })
}
