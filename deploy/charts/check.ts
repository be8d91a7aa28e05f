import { spawnSync } from 'node:child_process'
import { styleText } from 'node:util'
import { cases, hasHelm, rendered, valuesFile } from '../../test/charts/helm.ts'
import { ROOT } from '../local/folders.ts'

// `npm run charts:check`: what can be found out about the charts without a cluster, with the tools that are found.
interface Check {
  readonly tool: string
  readonly args: readonly string[]
  readonly what: string
  /** A document to read from standard input. */
  readonly input?: () => string
}

const minimal = valuesFile('minimal')
const lint = (tool: string): Check[] => [
  {
    tool,
    args: ['lint', '--strict', '--kube-version', '1.34.0', '--values', minimal, 'charts/subscriber'],
    what: 'lint of charts/subscriber',
  },
  { tool, args: ['lint', '--strict', '--kube-version', '1.34.0', 'charts/shop'], what: 'lint of charts/shop' },
]

/**
 * Not asked for, each with its reason. A CPU limit slows a replica down when it has a backlog to work off. The tag of an image
 * names one content, so nodes need not ask for it each time. Spreading is by topologySpreadConstraints instead of anti-affinity.
 * Few replicas: how many there are is KEDA's business or the user's.
 */
const notAsked = [
  '--ignore-container-cpu-limit',
  ...['container-image-pull-policy', 'deployment-has-host-podantiaffinity', 'deployment-replicas'].flatMap((test) => [
    '--ignore-test',
    test,
  ]),
]

const checks: readonly Check[] = [
  { tool: 'node', args: ['deploy/charts/docs.ts', '--check'], what: 'README and schemas say what values.yaml says' },
  ...lint('helm'),
  // Where both are there, the newer one has its own name.
  ...lint('helm4'),
  {
    tool: 'helm-unittest',
    args: ['--with-subchart=false', 'charts/subscriber', 'charts/shop'],
    what: 'unit tests of the charts',
  },
  ...Object.entries(cases).flatMap(([name, one]): Check[] => [
    {
      tool: 'kubeconform',
      args: ['-schema-location', 'test/charts/schemas/{{.ResourceKind}}{{.KindSuffix}}.json'],
      what: `only fields that Kubernetes knows: ${name}`,
      input: () => rendered(one),
    },
    {
      tool: 'kube-score',
      args: ['score', '--kubernetes-version', 'v1.34', '--exit-one-on-warning', '--output-format', 'ci', ...notAsked, '-'],
      what: `good habits: ${name}`,
      input: () => rendered(one),
    },
  ]),
]

const missing = new Set(checks.map(({ tool }) => tool).filter((tool) => !isThere(tool)))
const failed = checks
  .filter((check) => !missing.has(check.tool) && (check.input === undefined || hasHelm))
  .filter((check) => !passes(check))
for (const tool of missing) console.log(`skipped: ${tool} not found, so what it checks of the charts is not checked`)
process.exitCode = failed.length > 0 ? 1 : 0

function isThere(tool: string): boolean {
  return !(spawnSync(tool, ['--help'], { stdio: 'ignore' }).error instanceof Error)
}

/** Says what is wrong, and little when nothing is. */
function passes({ tool, args, what, input }: Check): boolean {
  const { status, stdout, stderr } = spawnSync(tool, args, { cwd: ROOT, input: input?.() ?? '', encoding: 'utf8' })
  if (status === 0) return true
  console.log(`${styleText('red', `${tool}: ${what}`)}\n${stdout}${stderr}`)
  return false
}
