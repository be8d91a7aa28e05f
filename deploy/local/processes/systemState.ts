/** `stopped` is what a person stopped, or left out at the start. */
export type PartState = 'starting' | 'up' | 'restarting' | 'stopped'

/** A server or a service, and since when it is so. */
export interface Part {
  readonly name: string
  readonly state: PartState
  readonly since: Date
}

/** How the whole system is at this moment. */
export interface SystemState {
  set(name: string, state: PartState): void
  parts(): readonly Part[]
  /** Whether everything runs that a person wants to run. */
  isReady(): boolean
}

/** Not ready until the first part is known, and then only when none of them is starting. */
export function systemState(): SystemState {
  const parts = new Map<string, Part>()
  return {
    set(name, state) {
      if (parts.get(name)?.state !== state) parts.set(name, { name, state, since: new Date() })
    },
    parts: () => [...parts.values()],
    isReady: () => parts.size > 0 && [...parts.values()].every(({ state }) => state === 'up' || state === 'stopped'),
  }
}
