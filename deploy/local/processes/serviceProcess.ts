import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { COMPILED, compiledIn, ROOT } from '../folders.ts'
import { type GuardedProcess, spawnGuarded } from './guardedProcess.ts'
import { Problem } from '../problem.ts'

/** Every folder of `services/` that can be started. */
export function allServices(): string[] {
  return readdirSync(join(ROOT, 'services')).filter((name) => existsSync(mainOf(name)))
}

/** Fills the shelves and ends: the one that is not kept running. */
export const SHOPKEEPER = 'shopkeeper'

/** Measures the others, and runs only when somebody watches. */
export const LAG_EXPORTER = 'lag-exporter'

/**
 * The one that customers wait for. All services share the cores of a machine, and a rush needs more than there are. Who handles
 * messages may wait, and does more at a time then; whoever asks the page for something may not. A cluster has CPU requests for that.
 */
export const isFrontEnd = (name: string): boolean => name === 'client-ui'

/** Every service that `npm start` keeps running. */
export const keptServices = (): string[] => allServices().filter((name) => name !== SHOPKEEPER)

/** @throws Problem when there is no such service */
export function assertService(name: string): void {
  if (!keptServices().includes(name)) throw new Problem(`There is no service "${name}". There are: ${keptServices().join(', ')}.`)
}

/** Whether it is on the bus at all; the payment gateway and the mailbox, strangers, are not, and who only watches is not. */
export const hasEndpoint = (name: string): boolean => existsSync(join(ROOT, 'services', name, 'src', 'endpoint.ts'))

/** Every endpoint has an inbox. */
export const hasDatabase = (name: string): boolean => hasEndpoint(name) || existsSync(join(ROOT, 'services', name, 'migrations'))

/** The same as a module's address. */
export const mainUrl = (name: string): string => pathToFileURL(mainOf(name)).href

/** The file that starts it. @param root of the project that it is of */
export const mainOf = (name: string, root = ROOT) => join(root, 'services', name, 'src', 'main.ts')

/**
 * Small heaps: a service keeps next to nothing in memory, and ten of them share a laptop. The console makes rows of hundreds of
 * dead letters at once, and with a young generation as small as that a quarter of its time went into moving them out of it.
 */
export const flagsOf = (name: string): readonly string[] => [
  '--max-old-space-size=64',
  `--max-semi-space-size=${name === 'console' ? 8 : 2}`,
  // kafkajs arms timers in the past; the warning helps nobody here.
  '--disable-warning=TimeoutNegativeWarning',
]
/** glibc keeps freed memory in an arena for each thread otherwise. */
export const FRUGAL: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '32768',
}

/** Starts a service of the project in `root` as a process of its own; `onLine` is called with every line it writes. */
export async function startServiceProcess(
  name: string,
  env: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
  root = ROOT,
): Promise<GuardedProcess> {
  const child = await spawnGuarded(name, process.execPath, [...flagsOf(name), mainOf(name, root)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...FRUGAL, NODE_COMPILE_CACHE: compiledIn(root), ...env },
  })
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', onLine)
  return child
}

/** Compiles what services load, once for all of them: see compileCache.ts. A failure costs only time and memory later, and shows where it matters. */
export async function compileServices(): Promise<void> {
  const compile = join(import.meta.dirname, 'compileCache.ts')
  const child = await spawnGuarded('compile', process.execPath, [compile], {
    stdio: 'ignore',
    env: { ...process.env, ...FRUGAL, NODE_COMPILE_CACHE: COMPILED },
  })
  await child.exited
}
