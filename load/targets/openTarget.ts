import { localSystem } from '../runner/system.ts'
import type { Target } from '../targets.ts'
import { clusterShop } from './clusterShop.ts'
import { localShop } from './localShop.ts'

export interface ClusterAddress {
  /** Of the shop's page, as this machine reaches it. */
  readonly url: string
  readonly prometheusUrl: string
  readonly namespace: string
}

/** The shop in a cluster, or the local one, which is started when it does not run. */
export async function openTarget(cluster: ClusterAddress | undefined, print: (line: string) => void): Promise<Target> {
  if (cluster !== undefined) return clusterShop(cluster)
  await using opened = new AsyncDisposableStack()
  opened.use(await localSystem(print))
  const shop = await localShop()
  const closing = opened.move()
  return { ...shop, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}
