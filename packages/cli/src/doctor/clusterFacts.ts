import type { EndpointLag } from '@petrel/messaging/operations'
import { z } from 'zod'
import { type Kubectl, kubectl } from '../cluster/kubectl.ts'
import { lagInCluster } from '../cluster/lagInCluster.ts'
import {
  allEndpointDeployments,
  type Deployment,
  endpointDeployments,
  hasKeda,
  isReady,
  ownPods,
  type Pod,
  removalJobs,
  scaledObjects,
  unfinishedJobs,
} from '../cluster/resources.ts'
import type { ProjectContext } from '../commandContext.ts'
import { helm } from '../helm/helm.ts'
import type { ClusterFacts, Note, Refusal, ReleaseFacts } from './cluster.ts'
import { placed } from './neighbours.ts'
import type { Policy } from './networkPolicy.ts'

/** @throws Problem when there is no cluster to ask */
export async function clusterFacts({ env }: ProjectContext, namespace: string): Promise<ClusterFacts> {
  const cluster = kubectl(env)
  const pods = await ownPods(cluster, namespace)
  const [deployments, jobs, scalers, keda, releases, notes, policies, lastWords, lags, removals, everywhere] = await Promise.all([
    endpointDeployments(cluster, namespace),
    unfinishedJobs(cluster, namespace),
    scaledObjects(cluster, namespace),
    hasKeda(cluster),
    releasesIn(env, namespace),
    warnings(cluster, namespace),
    networkPolicies(cluster, namespace),
    lastWordsOf(cluster, namespace, pods),
    // Where no pod is ready nobody can ask Kafka; why none is, other checks find.
    lagInCluster(env, namespace).catch((): EndpointLag[] => []),
    removalJobs(cluster, namespace),
    // Who may not look into other namespaces sees no neighbours.
    allEndpointDeployments(cluster).catch((): Deployment[] => []),
  ])
  const refusals = refusalsAmong(deployments, jobs, notes)
  return {
    namespace,
    pods,
    deployments,
    scaledObjects: scalers,
    hasKeda: keda,
    releases,
    refusals,
    notes,
    policies,
    lastWords,
    lags,
    removals,
    placed: everywhere.flatMap(placed),
  }
}

/** A Deployment says itself that it may not make pods. Of a Job only a note does. */
export function refusalsAmong(deployments: readonly Deployment[], jobs: readonly string[], notes: readonly Note[]): Refusal[] {
  const ofDeployments = deployments.flatMap(({ metadata: { name }, status: { conditions } }) =>
    conditions
      .filter(({ type, status }) => type === 'ReplicaFailure' && status === 'True')
      .map(({ message }) => ({ name, message })),
  )
  const ofJobs = notes.filter(({ kind, name, reason }) => kind === 'Job' && reason === 'FailedCreate' && jobs.includes(name))
  return [...ofDeployments, ...new Map(ofJobs.map(({ name, message }) => [name, { name, message }])).values()]
}

/** None when there is no helm here: what it has installed is seen without it. */
async function releasesIn(env: ProjectContext['env'], namespace: string): Promise<ReleaseFacts[]> {
  const asked = await Promise.all([helm(env).list({ namespace }), helm(env).unfinished({ namespace })]).catch(() => [])
  const releases = new Map(asked.flat().map((release) => [release.name, release])).values()
  return Promise.all(
    [...releases].map(async ({ name, status }) => ({
      name,
      status,
      description:
        status === 'deployed'
          ? ''
          : await helm(env)
              .description(name, { namespace })
              .catch(() => ''),
      isScaled: /^kind: ScaledObject$/m.test(
        await helm(env)
          .manifest(name, { namespace })
          .catch(() => ''),
      ),
    })),
  )
}

const event = z.object({
  reason: z.string().default(''),
  message: z.string().default(''),
  involvedObject: z.object({ kind: z.string().default(''), name: z.string().default('') }),
})

async function warnings(cluster: Kubectl, namespace: string): Promise<Note[]> {
  const args = ['events', '--namespace', namespace, '--field-selector', 'type=Warning', '--sort-by', '.lastTimestamp']
  const { items } = z.object({ items: z.array(event) }).parse(await cluster.json('get', ...args))
  return items.map(({ reason, message, involvedObject: { kind, name } }) => ({ kind, name, reason, message }))
}

const policy = z.object({
  spec: z.object({
    podSelector: z.object({ matchLabels: z.record(z.string(), z.string()).default({}) }),
    policyTypes: z.array(z.string()).default([]),
    egress: z
      .array(z.object({ ports: z.array(z.object({ port: z.union([z.number(), z.string()]).optional() })).default([]) }))
      .default([]),
  }),
})

async function networkPolicies(cluster: Kubectl, namespace: string): Promise<Policy[]> {
  const { items } = z
    .object({ items: z.array(policy) })
    .parse(await cluster.json('get', 'networkpolicies', '--namespace', namespace))
  return items.map(({ spec: { podSelector, policyTypes, egress } }) => ({
    podLabels: podSelector.matchLabels,
    egress: policyTypes.includes('Egress') ? egress : undefined,
  }))
}

/** Of every container that ended with a failure, or is not ready: what is in its status, or else the last line of its log. */
async function lastWordsOf(cluster: Kubectl, namespace: string, pods: readonly Pod[]): Promise<Map<string, string>> {
  const troubled = pods.flatMap((pod) =>
    pod.status.containerStatuses.flatMap(({ name, state, lastState }) => {
      const ofPod = { pod: pod.metadata.name, container: name }
      if (state.running !== undefined && !isReady(pod)) return [{ ...ofPod, message: '', previous: [] }]
      const ended = state.terminated ?? lastState.terminated
      if (ended === undefined || ended.exitCode === 0) return []
      return [{ ...ofPod, message: ended.message, previous: state.terminated === undefined ? ['--previous'] : [] }]
    }),
  )
  const words = troubled.map(async ({ pod, container, message, previous }): Promise<[string, string]> => {
    const logs = ['logs', pod, '--container', container, '--namespace', namespace, '--tail', '5', ...previous]
    return [pod, lastLine(message || (await cluster.run(...logs).catch(() => '')))]
  })
  return new Map(await Promise.all(words))
}

/** A service's log is JSON; what counts is the message. */
export function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? ''
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } }
    return [msg, err?.message].filter((part) => part !== undefined).join(': ') || line
  } catch {
    return line
  }
}
