import { setTimeout as pause } from 'node:timers/promises'
import type { EndpointLag } from '@petrel/messaging/operations'
import type { ProjectContext } from '../commandContext.ts'
import { explain } from '../explain.ts'
import { paint, type Text } from '../screen.ts'
import { findPlace } from './exec.ts'
import { type Kubectl, kubectl } from './kubectl.ts'
import { lagInCluster, lagsInCluster } from './lagInCluster.ts'
import { endpointDeployments, endpointPods, scaledObjects } from './resources.ts'
import { type Seen, statusOf, statusTable } from './statusTable.ts'

interface Options {
  readonly namespace: string
  readonly watch?: true
  readonly json?: true
}

/** `petrel status`: pods, replicas, lag and failures of every service in a namespace. @returns whether there is one */
export async function showStatus(context: ProjectContext, { namespace, watch, json }: Options): Promise<boolean> {
  const { env, out } = context
  if (watch) return watchStatus(context, namespace)
  const resources = await readResources(kubectl(env), namespace)
  const { lags, why } = await lagInCluster(env, namespace).then(
    (lags) => ({ lags, why: undefined }),
    (error: unknown) => ({ lags: undefined, why: explain(error) }),
  )
  const services = statusOf({ ...resources, lags })
  if (json) out.json(services)
  else for (const text of screenful(namespace, { ...resources, lags }, why)) out.row(text)
  return services.length > 0
}

type Resources = Omit<Seen, 'lags'>

async function readResources(cluster: Kubectl, namespace: string): Promise<Resources> {
  const [deployments, pods, scalers] = await Promise.all([
    endpointDeployments(cluster, namespace),
    endpointPods(cluster, namespace),
    scaledObjects(cluster, namespace),
  ])
  return { deployments, pods, scaledObjects: scalers }
}

const betweenLooksMs = 2_000

/** Until it is ended. What is known of Kafka is as old as the last answer of the pod that is asked. */
async function watchStatus({ env, out }: ProjectContext, namespace: string): Promise<never> {
  const newest: { lags?: readonly EndpointLag[]; why?: string } = {}
  void keepAsking(env, namespace, newest)
  for (;;) {
    const resources = await readResources(kubectl(env), namespace)
    out.frame(screenful(namespace, { ...resources, lags: newest.lags }, newest.why))
    await pause(betweenLooksMs)
  }
}

/** The pod may go, since it is scaled down or replaced: then another is asked. */
async function keepAsking(
  env: ProjectContext['env'],
  namespace: string,
  newest: { lags?: readonly EndpointLag[]; why?: string },
): Promise<never> {
  for (;;) {
    try {
      const place = await findPlace(env, namespace)
      for await (const lags of lagsInCluster(env, namespace, '2s', place)) {
        newest.lags = lags
        delete newest.why
      }
    } catch (error) {
      newest.why = explain(error)
    }
    await pause(betweenLooksMs)
  }
}

function screenful(namespace: string, seen: Seen, why: string | undefined): Text[] {
  if (seen.deployments.length === 0)
    return [`There is no service in namespace ${namespace}: petrel install shop -n ${namespace}.`]
  const [headings = '', ...rows] = statusTable(statusOf(seen))
  return [
    paint('bold', headings),
    ...rows,
    ...(why === undefined ? [] : ['', paint('yellow', `Lag and failures are not known: ${why}`)]),
  ]
}
