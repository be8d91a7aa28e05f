import { residentMiB } from '../cpu.ts'

const lookEveryMs = 100

/** Watches the memory of a process. */
export interface Peak {
  /** The most that it had since this was asked last, in MiB. */
  take(): number
  stop(): void
}

export function peak(pid: number): Peak {
  let most = 0
  const look = () => void (most = Math.max(most, residentMiB(pid)))
  const timer = setInterval(look, lookEveryMs)
  return {
    take() {
      look()
      const taken = most
      most = 0
      return taken
    },
    stop: () => clearInterval(timer),
  }
}
