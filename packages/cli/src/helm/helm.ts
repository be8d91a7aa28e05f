import type { Release } from 'helm-ts/dist/types.js'
import { z } from 'zod'
import type { Environment } from '../addresses.ts'
import { execute } from '../execute.ts'
import { Problem } from '../problem.ts'
import { helmProblem, type HelmTask } from './helmProblem.ts'

export interface ListFlags {
  readonly namespace: string
}

export interface InstallFlags extends ListFlags {
  /** Files of values; a later one goes before an earlier one. */
  readonly values: readonly string[]
  /** Single values, which go before all files. */
  readonly set: Readonly<Record<string, string>>
  /** How long until everything is ready, in milliseconds. */
  readonly timeoutMs: number
}

/** What became of a release. */
export interface Installed {
  readonly name: string
  readonly namespace: string
  readonly revision: number
}

/** helm 3 or 4, in the shape of the package helm-ts: a release's name, its chart, flags. Each throws a Problem in a sentence. */
export interface Helm {
  list(flags: ListFlags): Promise<readonly Release[]>
  /** Those whose last change was broken off, or goes on just now: {@link list} of Helm 3 leaves them out. */
  unfinished(flags: ListFlags): Promise<readonly Release[]>
  /** What the release has put into the cluster, as YAML. */
  manifest(name: string, flags: ListFlags): Promise<string>
  /** What Helm has said about the last change of a release. */
  description(name: string, flags: ListFlags): Promise<string>
  /** The values that the release was given; not those of its chart. */
  values(name: string, flags: ListFlags): Promise<Readonly<Record<string, unknown>>>
  install(name: string, chart: string, flags: InstallFlags): Promise<Installed>
  upgrade(name: string, chart: string, flags: InstallFlags): Promise<Installed>
}

/**
 * The reason for what is helm-ts here and what is not is in docs/decisions/0014-helm-behind-one-adapter.md. It is loaded when
 * it is needed: an image has the command, too, and needs no helm.
 */
export function helm(env: Environment): Helm {
  const change = async (verb: 'install' | 'upgrade', name: string, chart: string, flags: InstallFlags) => {
    const { namespace, values, set, timeoutMs } = flags
    refuseName(name, namespace)
    const task = { verb, release: name, namespace }
    const more = verb === 'install' ? '--create-namespace' : '--reset-then-reuse-values'
    const seconds = Math.ceil(timeoutMs / 1_000)
    const stdout = await run(env, task, [
      verb,
      name,
      chart,
      more,
      '--wait',
      '--namespace',
      namespace,
      '--timeout',
      `${seconds}s`,
      '--output',
      'json',
      ...values.flatMap((file) => ['--values', file]),
      ...Object.entries(set).flatMap(([path, value]) => ['--set-literal', `${path}=${value}`]),
    ])
    return installed(stdout)
  }
  return {
    async list({ namespace }) {
      refuseName(namespace)
      const { default: helmTs } = await import('helm-ts')
      // It takes a warning for a failure. Then helm is asked again, for the answer or the real reason.
      return helmTs.default.list({ namespace }).catch(async () => {
        const stdout = await run(env, { verb: 'list', namespace }, ['list', '--namespace', namespace, '--output', 'json'])
        return JSON.parse(stdout) as Release[]
      })
    },
    async unfinished({ namespace }) {
      refuseName(namespace)
      const args = ['list', '--pending', '--uninstalling', '--namespace', namespace, '--output', 'json']
      return JSON.parse(await run(env, { verb: 'list', namespace }, args)) as Release[]
    },
    async manifest(name, { namespace }) {
      refuseName(name, namespace)
      return run(env, { verb: 'get manifest', release: name, namespace }, ['get', 'manifest', name, '--namespace', namespace])
    },
    async description(name, { namespace }) {
      refuseName(name, namespace)
      const task = { verb: 'status', release: name, namespace } as const
      const stdout = await run(env, task, ['status', name, '--namespace', namespace, '--output', 'json'])
      return z.object({ info: z.object({ description: z.string().default('') }) }).parse(JSON.parse(stdout)).info.description
    },
    async values(name, { namespace }) {
      refuseName(name, namespace)
      const task = { verb: 'get values', release: name, namespace } as const
      const stdout = await run(env, task, ['get', 'values', name, '--namespace', namespace, '--output', 'json'])
      return z.record(z.string(), z.unknown()).parse(JSON.parse(stdout) ?? {})
    },
    install: (name, chart, flags) => change('install', name, chart, flags),
    upgrade: (name, chart, flags) => change('upgrade', name, chart, flags),
  }
}

/** Nothing else may stand where helm-ts makes a line for the shell. @throws Problem */
function refuseName(...names: readonly string[]): void {
  for (const name of names)
    if (!/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
      throw new Problem(`"${name}" is no name in Kubernetes: use lower case letters, digits and dashes.`)
}

async function run(env: Environment, task: HelmTask, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute('helm', args, env)
  if (code === 'ENOENT')
    throw new Problem('There is no helm on the PATH. Install Helm 3.14 or later, or Helm 4: https://helm.sh/docs/intro/install/')
  if (code !== 0) throw helmProblem(task, stderr)
  return stdout
}

const release = z.object({ name: z.string(), namespace: z.string(), version: z.number() })

function installed(stdout: string): Installed {
  const { name, namespace, version } = release.parse(JSON.parse(stdout))
  return { name, namespace, revision: version }
}
