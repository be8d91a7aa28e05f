import { Problem } from '../problem.ts'

/** What helm was asked to do. */
export interface HelmTask {
  readonly verb: 'list' | 'status' | 'get manifest' | 'get values' | 'install' | 'upgrade'
  readonly release?: string
  readonly namespace: string
}

/** What helm has said about a failure, and what its hooks had said before. */
interface Said {
  readonly error: string
  readonly hooks: string
}

interface Known {
  readonly when: RegExp
  readonly sentence: (task: HelmTask, said: Said, match: RegExpExecArray) => string
}

const known: readonly Known[] = [
  {
    when: /cluster unreachable: (.*)/i,
    sentence: (_, __, [, why = '']) =>
      `No cluster answers: ${why}. Set KUBECONFIG to the file of a cluster that runs; kubectl get nodes shows whether it does.`,
  },
  {
    when: /cannot re-?use a name that is still in use/,
    sentence: ({ release, namespace }) =>
      `There is a release ${release} in namespace ${namespace} already: petrel upgrade ${release} -n ${namespace}. ` +
      `When its first installation has failed: helm uninstall ${release} -n ${namespace}, and install again.`,
  },
  {
    when: /has no deployed releases|release: not found/,
    sentence: ({ release, namespace }) =>
      `There is no release ${release} in namespace ${namespace} that was ever installed whole: petrel install ${release} -n ${namespace}.`,
  },
  {
    when: /(?:hooks? failed|failed (?:pre|post)-\w+): (?:1 error occurred:\s*\*?\s*)?(.*)/,
    sentence: ({ release, namespace }, { hooks }, [, why = '']) =>
      `A Job of ${release} failed: ${why}. petrel doctor -n ${namespace} says more.` +
      (hooks === '' ? '' : `\nIt said:\n${hooks}`),
  },
  {
    when: /execution error at \([^)]*\): ([\s\S]*)/,
    sentence: (_, __, [, why = '']) => why,
  },
  {
    when: /values don't meet the specifications of the schema\(s\)[^\n]*\n([\s\S]*)/,
    sentence: (_, __, [, why = '']) => `The values are not as the chart wants them:\n${why}`,
  },
  {
    when: /another operation \(install\/upgrade\/rollback\) is in progress/,
    sentence: ({ release, namespace }) =>
      `Something else changes ${release} just now, or was killed while it did. helm history ${release} -n ${namespace} shows what; ` +
      `helm rollback ${release} -n ${namespace} ends it.`,
  },
  {
    when: /timed out waiting|context deadline exceeded|would exceed context deadline/,
    sentence: ({ release, namespace }) =>
      `${release} was not ready in time. petrel status -n ${namespace} shows who is not, and petrel doctor -n ${namespace} why.`,
  },
]

/** A failure of helm in a sentence that says what to do. What is not known is given as helm has said it. */
export function helmProblem(task: HelmTask, stderr: string): Problem {
  const said = split(stderr)
  for (const { when, sentence } of known) {
    const match = when.exec(said.error)
    if (match !== null) return new Problem(sentence(task, said, match).trim())
  }
  return new Problem(`helm ${task.verb} failed: ${said.error.trim() || 'it does not say why'}`)
}

/** helm 3 writes what a hook has said as it is, helm 4 as a line of its log. */
function split(stderr: string): Said {
  const lines = stderr.split('\n')
  const at = lines.findIndex((line) => line.startsWith('Error: '))
  if (at === -1) return { error: stderr, hooks: '' }
  const hooks = lines.slice(0, at).flatMap((line) => hookLine(line))
  return { error: lines.slice(at).join('\n'), hooks: hooks.join('\n').trim() }
}

function hookLine(line: string): string[] {
  if (/^(?:level=(?:WARN|ERROR|DEBUG)|WARNING:)/.test(line)) return []
  const logged = /^level=INFO msg=("(?:[^"\\]|\\.)*")/.exec(line)?.[1]
  return logged === undefined ? [line] : [JSON.parse(logged) as string]
}
