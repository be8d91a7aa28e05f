import type { ClusterShop } from './clusterShop.ts'
import { kubectl } from './kubectl.ts'

const annotation = 'autoscaling.keda.sh/paused-replicas'

/** KEDA keeps a service at so many replicas, until `scaleAgain`. */
export const pauseAt = (shop: ClusterShop, service: string, replicas: number) =>
  annotate(shop, service, `${annotation}=${replicas}`)

export const scaleAgain = (shop: ClusterShop, service: string) => annotate(shop, service, `${annotation}-`)

async function annotate(shop: ClusterShop, service: string, change: string): Promise<void> {
  await kubectl(['annotate', '-n', shop.namespace, 'scaledobject', shop.named(service), change, '--overwrite'])
}
