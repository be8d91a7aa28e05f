import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { ROOT } from '../../deploy/local/folders.ts'

export const chartFolder = (chart: string): string => join(ROOT, 'charts', chart)

/** Where values of the tests are. */
export const valuesFile = (name: string): string => join(import.meta.dirname, 'values', `${name}.yaml`)

/** As much of any Kubernetes object as tests look at. */
export interface Resource {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Texts; readonly annotations?: Texts }
  readonly spec?: unknown
  readonly [key: string]: unknown
}
type Texts = Readonly<Record<string, string>>

/** A chart with values for it. */
export interface Case {
  readonly chart: string
  readonly release: string
  /** Arguments of `helm template`. */
  readonly with: readonly string[]
}

const keda = ['--api-versions', 'keda.sh/v1alpha1']
const monitoring = ['--api-versions', 'monitoring.coreos.com/v1']

export const cases = {
  shop: { chart: 'shop', release: 'shop', with: [] },
  'shop-scaled': {
    chart: 'shop',
    release: 'shop',
    with: [...keda, ...monitoring, '--set', 'global.autoscaling.enabled=true,global.podMonitor.enabled=true'],
  },
  'shop-watched': {
    chart: 'shop',
    release: 'shop',
    with: [
      ...monitoring,
      '--set',
      'global.alerts.enabled=true,global.dashboards.enabled=true,global.dashboards.runbooks=https://git.example.com/runbooks/',
    ],
  },
  minimal: { chart: 'subscriber', release: 'fraud-check', with: ['--values', valuesFile('minimal')] },
  everything: {
    chart: 'subscriber',
    release: 'fraud-check',
    with: [...keda, ...monitoring, '--values', valuesFile('everything')],
  },
  secured: { chart: 'subscriber', release: 'fraud-check', with: [...keda, '--values', valuesFile('secured')] },
} as const satisfies Readonly<Record<string, Case>>

/** Charts are tested where helm is; `npm run check` says so where it is not. */
export const hasHelm = spawnSync('helm', ['version', '--short']).status === 0

/** What `helm template` writes for a case. @throws Error with what it says instead */
export function rendered({ chart, release, with: values }: Case): string {
  const { status, stdout, stderr } = helmTemplate(chart, release, values)
  if (status !== 0) throw new Error(stderr)
  return stdout
}

export const resourcesOf = (yaml: string): Resource[] =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS() as Resource | null)
    .filter((resource) => resource !== null)

export const render = (one: Case): Resource[] => resourcesOf(rendered(one))

/** Why a chart refuses values. @throws Error when it takes them */
export function refusal(chart: string, values: readonly string[]): string {
  const { status, stderr } = helmTemplate(chart, 'shop', values)
  if (status === 0) throw new Error(`charts/${chart} takes ${values.join(' ')}`)
  return stderr
}

// The newest helm takes a version of Kubernetes that the charts do not name; the result must not depend on which helm it is.
const helmTemplate = (chart: string, release: string, values: readonly string[]) =>
  spawnSync('helm', ['template', release, chartFolder(chart), '--namespace', 'petrel', '--kube-version', '1.34.0', ...values], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
