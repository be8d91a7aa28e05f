import type { EndpointLag } from '@petrel/messaging/operations'
import { type Column, table } from '../table.ts'
import { type Deployment, type Pod, type ScaledObject, serviceOf, troubleOf } from './resources.ts'

/** What is known of a namespace. */
export interface Seen {
  readonly deployments: readonly Deployment[]
  readonly pods: readonly Pod[]
  readonly scaledObjects: readonly ScaledObject[]
  /** Undefined when Kafka could not be asked. */
  readonly lags: readonly EndpointLag[] | undefined
}

/** How a service is. */
export interface ServiceStatus {
  readonly service: string
  /** Of the image. */
  readonly version: string
  readonly pods: readonly string[]
  readonly wanted: number
  readonly ready: number
  /** Up to how many autoscaling goes; undefined where nothing scales it. */
  readonly most: number | undefined
  /** Undefined for a service that is not on the bus, and when Kafka could not be asked. */
  readonly lag: number | undefined
  readonly retries: number | undefined
  readonly failures: number | undefined
  /** What is wrong with its pods, each once: CrashLoopBackOff, for example. */
  readonly trouble: readonly string[]
}

export const statusOf = ({ deployments, pods, scaledObjects, lags }: Seen): ServiceStatus[] =>
  deployments
    .map((deployment): ServiceStatus => {
      const service = serviceOf(deployment)
      const own = pods.filter((pod) => serviceOf(pod) === service)
      const lag = lags?.find(({ endpoint }) => endpoint === service)
      const scaler = scaledObjects.find(({ spec }) => spec.scaleTargetRef.name === deployment.metadata.name)
      return {
        service,
        version: versionOf(deployment.spec.template.spec.containers[0]?.image ?? ''),
        pods: own.map(({ metadata }) => metadata.name),
        wanted: deployment.spec.replicas,
        ready: deployment.status.readyReplicas,
        most: scaler?.spec.maxReplicaCount,
        lag: lag?.main.lag,
        retries: lag?.retry.lag,
        failures: lag?.deadLetters,
        trouble: [...new Set(own.map(troubleOf).filter((trouble) => trouble !== undefined))],
      }
    })
    .toSorted((one, other) => one.service.localeCompare(other.service))

const columns: readonly Column[] = [
  { heading: 'SERVICE' },
  { heading: 'VERSION' },
  { heading: 'READY', align: 'right' },
  { heading: 'MAX', align: 'right' },
  { heading: 'LAG', align: 'right' },
  { heading: 'RETRIES', align: 'right' },
  { heading: 'FAILURES', align: 'right' },
  { heading: 'TROUBLE' },
]

/** A line for each service, headings first. */
export const statusTable = (services: readonly ServiceStatus[]): string[] =>
  table(
    columns,
    services.map(({ service, version, ready, wanted, most, lag, retries, failures, trouble }) => [
      service,
      version,
      `${ready}/${wanted}`,
      ...[most, lag, retries, failures].map((count) => (count === undefined ? '–' : String(count))),
      trouble.join(', '),
    ]),
  )

/** Behind the last colon, unless that is a port's; of a digest enough to tell it from others. */
function versionOf(image: string): string {
  const digest = /@sha256:([0-9a-f]{12})/.exec(image)?.[1]
  return digest ?? /:([^:/]+)$/.exec(image)?.[1] ?? 'latest'
}
