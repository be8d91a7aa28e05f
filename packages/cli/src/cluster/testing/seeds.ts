import type { Deployment, Job, Pod, ScaledObject } from '../resources.ts'

// What Kubernetes answers about services, made for a test.

const labels = (service: string, component = 'endpoint') => ({
  'app.kubernetes.io/name': service,
  'app.kubernetes.io/component': component,
})
const metadata = (service: string, name: string, component?: string) => ({
  name,
  namespace: 'petrel',
  labels: labels(service, component),
  annotations: {},
})
const container = (service: string, image = `petrel/${service}:0.1.0`, ...variables: string[]) => ({
  name: service,
  image,
  env: variables.map((name) => ({ name, value: 'there' })),
})

/** A service's Deployment; its pods are apart. */
export const deployment = (service: string, wanted: number, ready: number, image?: string): Deployment => ({
  metadata: metadata(service, `shop-${service}`),
  spec: { replicas: wanted, template: { spec: { containers: [container(service, image)] } } },
  status: { readyReplicas: ready, conditions: [] },
})

type Reason = Partial<Pod['status']['containerStatuses'][number]['lastState']['terminated'] & object> & {
  readonly reason: string
}

/** How a pod differs from one that is ready. */
export interface PodChanges {
  readonly component?: string
  /** Whose pod it is. */
  readonly job?: string
  readonly phase?: string
  readonly isReady?: boolean
  /** Instead of running. */
  readonly waiting?: Reason
  /** Instead of running, for the moment before it begins again or waits. */
  readonly hasJustEnded?: Reason
  /** Before it began again. */
  readonly ended?: Reason
  readonly restarts?: number
  readonly unschedulable?: string
  readonly variables?: readonly string[]
}

const reason = ({ reason, message = '', exitCode }: Reason) => ({ reason, message, ...(exitCode !== undefined && { exitCode }) })

export function pod(service: string, number: number, changes: PodChanges = {}): Pod {
  const { ended, unschedulable, restarts = 0, isReady = true, phase = 'Running', variables = ['KAFKA_BROKERS'] } = changes
  const state = stateOf(changes)
  const lastState = ended === undefined ? {} : { terminated: reason(ended) }
  const ready = { type: 'Ready', status: isReady ? 'True' : 'False', reason: '', message: '' }
  const scheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: unschedulable ?? '' }
  const { name, namespace, annotations, labels } = metadata(service, `shop-${service}-${number}`, changes.component)
  const ofJob = changes.job === undefined ? {} : { 'batch.kubernetes.io/job-name': changes.job }
  return {
    metadata: { name, namespace, annotations, labels: { ...labels, ...ofJob } },
    spec: { containers: [container(service, undefined, ...variables)] },
    status: {
      phase,
      conditions: unschedulable === undefined ? [ready] : [ready, scheduled],
      containerStatuses:
        unschedulable === undefined ? [{ name: service, ready: isReady, restartCount: restarts, state, lastState }] : [],
    },
  }
}

function stateOf({ waiting, hasJustEnded }: PodChanges) {
  if (hasJustEnded !== undefined) return { terminated: reason(hasJustEnded) }
  return waiting === undefined ? { running: {} } : { waiting: reason(waiting) }
}

type Condition = ScaledObject['status']['conditions'][number]

export const scaler = (service: string, most: number, ...conditions: Condition[]): ScaledObject => ({
  metadata: metadata(service, `shop-${service}`),
  spec: { scaleTargetRef: { name: `shop-${service}` }, maxReplicaCount: most },
  status: { conditions },
})

/** The Job of an uninstall, that failed. */
export const failedRemoval = (service: string, why: string): Job => ({
  metadata: metadata(service, `shop-${service}-uninstall`, 'uninstall'),
  status: { succeeded: 0, conditions: [{ type: 'Failed', status: 'True', reason: why, message: '' }] },
})
