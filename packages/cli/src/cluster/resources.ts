import { z } from 'zod'
import type { Kubectl } from './kubectl.ts'

// What is read of Kubernetes' answers; the rest of them is ignored.

const labels = z.record(z.string(), z.string()).default({})
const meta = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  labels,
  annotations: labels,
  deletionTimestamp: z.string().optional(),
})
const envVariable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string().optional() }).optional() }).optional(),
})
const container = z.object({ name: z.string(), image: z.string(), env: z.array(envVariable).default([]) })
const reason = z.object({
  reason: z.string().default(''),
  message: z.string().default(''),
  exitCode: z.number().optional(),
})
const state = z.object({ waiting: reason.optional(), running: z.object({}).optional(), terminated: reason.optional() })
const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
})
const containerStatus = z.object({
  name: z.string(),
  ready: z.boolean(),
  restartCount: z.number(),
  state: state.default({}),
  lastState: state.default({}),
})

const pod = z.object({
  metadata: meta,
  spec: z.object({ containers: z.array(container) }),
  status: z.object({
    phase: z.string().default('Unknown'),
    conditions: z.array(condition).default([]),
    containerStatuses: z.array(containerStatus).default([]),
  }),
})
const deployment = z.object({
  metadata: meta,
  spec: z.object({ replicas: z.number().default(1), template: z.object({ spec: z.object({ containers: z.array(container) }) }) }),
  status: z.object({ readyReplicas: z.number().default(0), conditions: z.array(condition).default([]) }),
})
const scaledObject = z.object({
  metadata: meta,
  spec: z.object({ scaleTargetRef: z.object({ name: z.string() }), maxReplicaCount: z.number().default(100) }),
  status: z.object({ conditions: z.array(condition).default([]) }).default({ conditions: [] }),
})

export type Pod = z.infer<typeof pod>
export type Deployment = z.infer<typeof deployment>
export type ScaledObject = z.infer<typeof scaledObject>

/** What the chart calls what runs for ever, apart from the Jobs of its hooks. */
const endpoints = ['--selector', 'app.kubernetes.io/component=endpoint'] as const

const list = async <T extends z.ZodType>(item: T, kubectl: Kubectl, ...args: readonly string[]): Promise<z.infer<T>[]> =>
  z.object({ items: z.array(item) }).parse(await kubectl.json('get', ...args)).items

export const endpointPods = (kubectl: Kubectl, namespace: string): Promise<Pod[]> =>
  list(pod, kubectl, 'pods', '--namespace', namespace, ...endpoints)

/** Those of the chart's Jobs, too. */
export const ownPods = (kubectl: Kubectl, namespace: string): Promise<Pod[]> =>
  list(pod, kubectl, 'pods', '--namespace', namespace, '--selector', 'app.kubernetes.io/component')

export const endpointDeployments = (kubectl: Kubectl, namespace: string): Promise<Deployment[]> =>
  list(deployment, kubectl, 'deployments', '--namespace', namespace, ...endpoints)

/** Of the whole cluster. */
export const allEndpointDeployments = (kubectl: Kubectl): Promise<Deployment[]> =>
  list(deployment, kubectl, 'deployments', '--all-namespaces', ...endpoints)

const job = z.object({
  metadata: meta,
  status: z
    .object({ succeeded: z.number().default(0), conditions: z.array(condition).default([]) })
    .default({ succeeded: 0, conditions: [] }),
})
export type Job = z.infer<typeof job>

/** Those that should have removed what a release had, of releases that are gone or about to go. */
export const removalJobs = (kubectl: Kubectl, namespace: string): Promise<Job[]> =>
  list(job, kubectl, 'jobs', '--namespace', namespace, '--selector', 'app.kubernetes.io/component=uninstall')

/** Names of those that have not done what they are for. */
export async function unfinishedJobs(kubectl: Kubectl, namespace: string): Promise<string[]> {
  const jobs = await list(job, kubectl, 'jobs', '--namespace', namespace)
  return jobs.filter(({ status }) => status.succeeded === 0).map(({ metadata }) => metadata.name)
}

/** None where the cluster has no KEDA. */
export async function scaledObjects(kubectl: Kubectl, namespace: string): Promise<ScaledObject[]> {
  if (!(await hasKeda(kubectl))) return []
  return list(scaledObject, kubectl, 'scaledobjects.keda.sh', '--namespace', namespace)
}

export async function hasKeda(kubectl: Kubectl): Promise<boolean> {
  const versions = await kubectl.run('api-versions')
  return versions.split('\n').includes('keda.sh/v1alpha1')
}

/** Which service it is of. */
export const serviceOf = ({ metadata: { labels, name } }: Pick<Deployment | Pod | Job, 'metadata'>): string =>
  labels['app.kubernetes.io/name'] ?? name

export const isReady = ({ status, metadata }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True')

/** Why a pod does not run as it should, in a word or two; undefined while it does, or only starts. */
export function troubleOf({ status: { containerStatuses, conditions, phase } }: Pod): string | undefined {
  const waiting = containerStatuses
    .map(({ state }) => state.waiting?.reason)
    .find((why) => why !== undefined && !/Creating|Initializing/.test(why))
  if (waiting !== undefined) return waiting
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status === 'False') return scheduled.reason
  return phase === 'Failed' ? 'Failed' : undefined
}
