import { Problem } from '../local/problem.ts'
import { succeeds } from '../commandLine.ts'

/** How to see that a program is there and works, and where to get it. */
interface Tool {
  readonly check: readonly string[]
  readonly get: string
}

const TOOLS = {
  docker: {
    check: ['info'],
    get: 'https://docs.docker.com/get-started/get-docker (installed already? then its daemon does not answer: start Docker)',
  },
  kind: {
    check: ['version'],
    get: 'brew install kind, or https://kind.sigs.k8s.io/docs/user/quick-start/#installation (0.24 or newer: it enforces NetworkPolicies)',
  },
  minikube: { check: ['version'], get: 'brew install minikube, or https://minikube.sigs.k8s.io/docs/start' },
  kubectl: { check: ['version', '--client'], get: 'brew install kubectl, or https://kubernetes.io/docs/tasks/tools' },
  helm: { check: ['version'], get: 'brew install helm, or https://helm.sh/docs/intro/install (3 or 4)' },
} satisfies Record<string, Tool>

export type ToolName = keyof typeof TOOLS

/** @throws Problem naming all that is missing at once, and how to get it. */
export async function checkTools(needed: readonly ToolName[], works: typeof succeeds = succeeds): Promise<void> {
  const found = await Promise.all(needed.map((name) => works(name, TOOLS[name].check)))
  const missing = needed.filter((_, index) => !found[index])
  if (missing.length === 0) return
  const ways = missing.map((name) => `  ${name}: ${TOOLS[name].get}`)
  throw new Problem(
    `This needs ${missing.join(', ')}, which ${missing.length > 1 ? 'do' : 'does'} not run here.\n${ways.join('\n')}`,
  )
}
