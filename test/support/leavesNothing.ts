import { afterAll, vi } from 'vitest'

// Files of a project without isolation share a worker. What one of them leaves changed there makes another fail, in another order,
// where nobody would look for it: so the file that leaves it fails, and the next one finds it put back.

const globals = () => {
  const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate, Date, fetch } = globalThis
  return { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate, Date, fetch }
}
const before = { globals: globals(), environment: { ...process.env } }

afterAll(() => {
  // Vitest does it when this is over: a spy on a fake timer, whose clock is gone by then, would put that back, and it never fires.
  vi.restoreAllMocks()
  const left = [...changed(before.globals, globals()), ...changed(before.environment, process.env)]
  vi.useRealTimers()
  vi.unstubAllEnvs()
  Object.assign(globalThis, before.globals)
  if (left.length > 0) throw new Error(`This file leaves changed what others find in its worker: ${left.join(', ')}.`)
})

function changed(old: object, current: object): string[] {
  const [was, is] = [new Map<string, unknown>(Object.entries(old)), new Map<string, unknown>(Object.entries(current))]
  return [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name))
}
