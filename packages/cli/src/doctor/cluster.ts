import { type Deployment, isReady, type Job, type Pod, type ScaledObject, serviceOf } from '../cluster/resources.ts'
import type { BusFacts } from './bus.ts'
import { lagChecks } from './bus.ts'
import type { Check, Finding } from './finding.ts'
import { nobodySharesTopics, type Placed } from './neighbours.ts'
import { allowsDns, type Policy } from './networkPolicy.ts'

/** Something that Kubernetes has noted about an object. */
export interface Note {
  readonly kind: string
  readonly name: string
  readonly reason: string
  readonly message: string
}

/** Who may not make its pods now, and why. A note of that would stay for an hour after it was mended. */
export interface Refusal {
  readonly name: string
  readonly message: string
}

export interface ReleaseFacts {
  readonly name: string
  readonly status: string
  /** What Helm has said about its last change. */
  readonly description: string
  /** Whether it has a ScaledObject in it. */
  readonly isScaled: boolean
}

/** What was found out about one namespace of a cluster. */
export interface ClusterFacts extends Pick<BusFacts, 'lags'> {
  readonly namespace: string
  /** Of the chart's hooks, too. */
  readonly pods: readonly Pod[]
  readonly deployments: readonly Deployment[]
  readonly scaledObjects: readonly ScaledObject[]
  readonly hasKeda: boolean
  readonly releases: readonly ReleaseFacts[]
  readonly refusals: readonly Refusal[]
  /** Warnings, the newest last. */
  readonly notes: readonly Note[]
  readonly policies: readonly Policy[]
  /** Jobs that remove what a release had. */
  readonly removals: readonly Job[]
  /** Programs on the bus of the whole cluster, as far as one may look. */
  readonly placed: readonly Placed[]
  /** What pods have said last whose container ended with a failure, or that are not ready: name of the pod → line. */
  readonly lastWords: ReadonlyMap<string, string>
}

type ClusterCheck = Check<ClusterFacts>

const isInstalled: ClusterCheck = ({ namespace, deployments, pods }) =>
  deployments.length > 0 || pods.length > 0
    ? []
    : [
        {
          code: 'NOTHING_INSTALLED',
          what: `There is nothing of Petrel in namespace ${namespace}.`,
          wayOut: `petrel install shop -n ${namespace}; kubectl get namespaces shows which there are.`,
        },
      ]

const releasesAreWhole: ClusterCheck = ({ namespace, releases }) =>
  releases
    .filter(({ status }) => !['deployed', 'superseded', 'uninstalled'].includes(status))
    .map(({ name, status, description }) => ({
      code: 'RELEASE_FAILED',
      what: `The release ${name} is ${status}: its last change did not come to its end. ${inOneLine(description)}`.trim(),
      wayOut: `${status === 'failed' ? tryAgain(name, namespace) : 'If a helm still works at it, wait. If it was killed,'} helm rollback ${name} -n ${namespace} goes back. A first installation: helm uninstall ${name} -n ${namespace}, and install again.`,
    }))

const tryAgain = (name: string, namespace: string) => `petrel upgrade ${name} -n ${namespace} tries again,`

const kedaIsThere: ClusterCheck = ({ hasKeda, releases }) =>
  hasKeda || !releases.some(({ isScaled }) => isScaled)
    ? []
    : [
        {
          code: 'KEDA_MISSING',
          what: 'Services are to be scaled by lag, and the cluster has no KEDA (keda.sh/v1alpha1).',
          wayOut: 'Install KEDA (https://keda.sh/docs/latest/deploy/), or set global.autoscaling.enabled=false.',
        },
      ]

const scalersWork: ClusterCheck = ({ scaledObjects }) =>
  scaledObjects.flatMap(({ metadata, status: { conditions } }): Finding[] => {
    const ready = conditions.find(({ type }) => type === 'Ready')
    if (ready?.status === 'True') return []
    const why = ready === undefined ? 'KEDA has not looked at it yet' : ready.message || ready.reason
    return [
      {
        code: 'SCALER_FAILS',
        what: `The ScaledObject ${metadata.name} scales nothing: ${why}.`,
        wayOut:
          'Are the brokers right (kafka.brokers), does KEDA run, and may it connect to Kafka (NetworkPolicy)? kubectl logs -n keda deploy/keda-operator says more.',
      },
    ]
  })

const nobodyHasPaused: ClusterCheck = ({ namespace, scaledObjects }) =>
  scaledObjects
    .filter(({ status: { conditions } }) => conditions.some(({ type, status }) => type === 'Paused' && status === 'True'))
    .map(({ metadata: { name } }) => ({
      code: 'SCALER_PAUSED',
      what: `The ScaledObject ${name} scales nothing, since somebody has paused it.`,
      wayOut: `kubectl annotate scaledobject ${name} -n ${namespace} autoscaling.keda.sh/paused- autoscaling.keda.sh/paused-replicas- lets it go on.`,
    }))

/** Every container that waits, and why. */
const waiting = ({ pods }: ClusterFacts) =>
  pods.flatMap((pod) =>
    pod.status.containerStatuses.flatMap(({ name, state: { waiting: why } }) =>
      why === undefined ? [] : [{ pod, image: pod.spec.containers.find((each) => each.name === name)?.image ?? '', ...why }],
    ),
  )

const imagesArePulled: ClusterCheck = (facts) =>
  waiting(facts)
    .filter(({ reason }) => /^(?:ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName)$/.test(reason))
    .map(({ pod, image, message }) => ({
      code: 'IMAGE_NOT_PULLED',
      what: `${pod.metadata.name} has no image: ${image} cannot be pulled (${firstLine(message)}).`,
      wayOut: `Is the tag right? petrel image ${serviceOf(pod)} builds it and brings it; a registry of one's own needs image.registry, and imagePullSecrets if it wants a login.`,
    }))

const secretsAreThere: ClusterCheck = (facts) => {
  const inContainers = waiting(facts)
    .filter(({ reason, message }) => reason === 'CreateContainerConfigError' && /not found|couldn't find key/.test(message))
    .map(({ pod, message }) => ({ name: pod.metadata.name, message }))
  const inVolumes = facts.notes.filter(
    ({ name, reason, message }) =>
      reason === 'FailedMount' && /(?:secret|configmap) ".*" not found/.test(message) && waitsStill(facts, name),
  )
  return [...inContainers, ...inVolumes].map(({ name, message }) => ({
    code: 'SECRET_MISSING',
    what: `${name} cannot start: ${firstLine(message)}.`,
    wayOut: `kubectl create secret in namespace ${facts.namespace}, with the name and the key that the values name (database.existingSecret, global.database.adminSecret).`,
  }))
}

/** A note stays when what it is about is over. */
const waitsStill = ({ pods }: ClusterFacts, name: string) =>
  pods.some((pod) => pod.metadata.name === name && pod.status.phase === 'Pending')

const isDeployPod = ({ metadata }: Pod) => metadata.labels['app.kubernetes.io/component'] === 'deploy'

const containersStayUp: ClusterCheck = ({ pods, lastWords }) =>
  pods
    .filter((pod) => !isDeployPod(pod))
    .flatMap((pod): Finding[] => {
      const crashed = pod.status.containerStatuses.find(
        // Just ended, and begun again at once or after a pause. The phase of a pod that is done is another.
        ({ state }) =>
          state.waiting?.reason === 'CrashLoopBackOff' || (state.terminated !== undefined && pod.status.phase === 'Running'),
      )
      if (crashed === undefined) return []
      const ended = crashed.state.terminated ?? crashed.lastState.terminated
      if (ended?.reason === 'OOMKilled') return [outOfMemory(pod)]
      return [
        {
          code: 'CRASH_LOOP',
          what: `${pod.metadata.name} has ended ${crashed.restartCount} times, the last time with code ${ended?.exitCode ?? 'unknown'}. It said: ${lastWords.get(pod.metadata.name) ?? 'nothing'}`,
          wayOut: `Mend what it says. kubectl logs --previous ${pod.metadata.name} shows all of it; helm rollback goes back to what ran before.`,
        },
      ]
    })

const outOfMemory = (pod: Pod): Finding => ({
  code: 'OUT_OF_MEMORY',
  what: `${pod.metadata.name} was ended by the kernel: it needed more memory than its limit.`,
  wayOut: `Set resources.limits.memory of ${serviceOf(pod)} higher.`,
})

/** Not again and again, but it was. */
const memoryIsEnough: ClusterCheck = ({ pods }) =>
  pods.flatMap((pod) =>
    pod.status.containerStatuses.some(({ state, lastState }) => state.running && lastState.terminated?.reason === 'OOMKilled')
      ? [outOfMemory(pod)]
      : [],
  )

const podsAreReady: ClusterCheck = ({ pods, notes, lastWords }) =>
  pods
    .filter((pod) => !isDeployPod(pod) && !isReady(pod) && pod.metadata.deletionTimestamp === undefined)
    .filter(
      ({ status }) =>
        status.containerStatuses.length > 0 && status.containerStatuses.every(({ state }) => state.running !== undefined),
    )
    .map((pod) => {
      const probe = notes.findLast(({ name, reason }) => name === pod.metadata.name && reason === 'Unhealthy')
      const why = probe === undefined ? 'it has not answered its probe yet' : firstLine(probe.message)
      return {
        code: 'NOT_READY',
        what: `${pod.metadata.name} runs and is not ready: ${why}. It said: ${lastWords.get(pod.metadata.name) ?? 'nothing'}`,
        wayOut: `Mend what it says; it tries again by itself. Mostly it waits for Kafka, the registry or its database: kubectl logs ${pod.metadata.name}.`,
      }
    })

/** A Job tries twice, and says the same each time. */
const deploymentsCameThrough: ClusterCheck = ({ pods, lastWords, removals }) => {
  const failed = pods.filter((pod) => isDeployPod(pod) && pod.status.phase === 'Failed' && !removals.some(isOf(pod)))
  return [...new Map(failed.map((pod) => [serviceOf(pod), pod])).values()].map((pod) => ({
    code: 'DEPLOY_FAILED',
    what: `What ${serviceOf(pod)} needs could not be made. ${pod.metadata.name} said: ${lastWords.get(pod.metadata.name) ?? 'nothing'}`,
    wayOut: `Mend what it says, and run the same petrel install or petrel upgrade again: what was made stays.`,
  }))
}

const isOf =
  (pod: Pod) =>
  (job: Job): boolean =>
    pod.metadata.labels['batch.kubernetes.io/job-name'] === job.metadata.name

/** Helm forgets the release all the same, and an uninstall cannot be run again. */
const removalsCameThrough: ClusterCheck = ({ namespace, removals, pods, lastWords }) =>
  removals.flatMap((job): Finding[] => {
    const failure = job.status.conditions.find(({ type, status }) => type === 'Failed' && status === 'True')
    if (failure === undefined) return []
    const pod = pods.findLast((each) => isOf(each)(job))
    const said = pod === undefined ? '' : ` It said: ${lastWords.get(pod.metadata.name) ?? 'nothing'}`
    const { name } = job.metadata
    return [
      {
        code: 'REMOVAL_FAILED',
        what: `${serviceOf(job)} was uninstalled, and what it had in Kafka and in its database was not removed: the Job ${name} failed (${failure.reason}).${said}`,
        wayOut: `petrel remove ${serviceOf(job)} in the pod of another service removes it (docs/guides/kubernetes.md, "When something stays"). Then kubectl delete job ${name} -n ${namespace}.`,
      },
    ]
  })

const podsHaveRoom: ClusterCheck = ({ pods }) =>
  pods.flatMap((pod): Finding[] => {
    const scheduled = pod.status.conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
    if (scheduled?.reason !== 'Unschedulable') return []
    return [
      {
        code: 'NO_ROOM',
        what: `No node takes ${pod.metadata.name}: ${firstLine(scheduled.message)}`,
        wayOut: `Give the cluster more nodes, or ${serviceOf(pod)} smaller resources.requests; or correct its nodeSelector and tolerations.`,
      },
    ]
  })

const podsMayBeMade: ClusterCheck = ({ namespace, refusals }) =>
  refusals.map(({ name, message }) =>
    /exceeded quota/.test(message)
      ? {
          code: 'QUOTA_EXCEEDED' as const,
          what: `${name} cannot make its pods: ${firstLine(message)}`,
          wayOut: `kubectl describe resourcequota -n ${namespace} shows what is used. Raise it, or ask for less.`,
        }
      : {
          code: 'POD_FORBIDDEN' as const,
          what: `${name} cannot make its pods: ${firstLine(message)}`,
          wayOut: 'The message says who forbids it: a policy of the namespace, or a webhook. Ask who runs the cluster.',
        },
  )

const dnsIsReached: ClusterCheck = ({ pods, policies }) => {
  const services = pods.filter((pod) => !allowsDns(pod.metadata.labels, policies)).map(serviceOf)
  return [...new Set(services)].map((service) => ({
    code: 'DNS_BLOCKED',
    what: `A NetworkPolicy keeps ${service} from the cluster's DNS: it finds no Kafka and no database.`,
    wayOut: 'Allow egress to port 53, UDP and TCP. The chart does; kubectl get networkpolicies shows whose it is.',
  }))
}

export const clusterChecks: readonly ClusterCheck[] = [
  isInstalled,
  releasesAreWhole,
  kedaIsThere,
  scalersWork,
  nobodyHasPaused,
  deploymentsCameThrough,
  removalsCameThrough,
  imagesArePulled,
  secretsAreThere,
  containersStayUp,
  memoryIsEnough,
  podsAreReady,
  podsHaveRoom,
  podsMayBeMade,
  dnsIsReached,
  nobodySharesTopics,
  ...lagChecks,
]

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

const firstLine = (text: string): string => (text.split('\n', 1)[0] ?? '').trim()
