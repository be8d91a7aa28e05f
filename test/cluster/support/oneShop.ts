import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubernetes } from '../../../deploy/cluster/kubernetes.ts'
import { layGround } from '../../../deploy/cluster/ground.ts'
import { show } from '../../../deploy/commandLine.ts'
import { ROOT } from '../../../deploy/local/folders.ts'
import { progress } from '../../../deploy/local/progress.mjs'
import { clusterShop, type ClusterShop, installShop, makeNamespace } from './clusterShop.ts'
import { helm, kubectl } from './kubectl.ts'
import { report } from './report.ts'

const place = { namespace: process.env['CLUSTER_NAMESPACE'] ?? 'petrel-test', release: 'shop' }
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }

/** What `npm run images` calls every image. */
export const firstTag = version
/** A later version of every image: the same programs under another tag. */
export const nextTag = `${version}-next`

/** The shop that all cluster tests share. Each leaves it as it found it, with more orders in its books. */
export const sharedShop = (): ClusterShop => clusterShop(place)

/**
 * Before the first test: images, the ground, and the shop in a namespace of its own. After the last one the shop is gone again,
 * with its topics and databases; the ground stays. `CLUSTER_KEEP=yes` keeps the shop for the next run, `CLUSTER_IMAGES=there`
 * builds no images, `CLUSTER_SETUP=none` leaves everything as it is: for tests that install what they need.
 */
export default async function oneShop(): Promise<() => Promise<void>> {
  if (process.env['CLUSTER_SETUP'] === 'none') return async () => {}
  if (process.env['CLUSTER_IMAGES'] !== 'there')
    for (const tag of [version, nextTag]) await show('npm', ['run', '--silent', 'images', '--', '--tag', tag])
  const ground = await timed(() => layGround(kubernetes(), progress()))
  await makeNamespace(place.namespace)
  const shop = await timed(() => installShop(place))
  report('installation', { groundMs: ground, shopMs: shop })
  return async () => {
    if (process.env['CLUSTER_KEEP'] === 'yes') return
    await helm(['uninstall', place.release, '-n', place.namespace, '--wait', '--timeout', '10m'])
    await kubectl(['delete', 'namespace', place.namespace, '--timeout=300s'])
  }
}

async function timed(what: () => Promise<unknown>): Promise<number> {
  const began = Date.now()
  await what()
  return Date.now() - began
}
