import { Problem } from '../../local/problem.ts'
import { progress } from '../../local/progress.mjs'
import { addKeda, addMetrics } from '../additions.ts'
import { CLUSTERS } from '../clusters.ts'
import { layGround, openNamespace } from '../ground.ts'
import { bringImages, checkImagesInto, imageRegistry } from '../images.ts'
import { create, kubernetes, MADE_HERE } from '../kubernetes.ts'
import { NAMESPACE } from '../names.ts'
import { nextSteps } from '../nextSteps.ts'
import { readSettings } from '../settings.ts'
import { installShop } from '../shop.ts'
import { checkTools } from '../tools.ts'

// `CLUSTER=kind|minikube|current npm run cluster`: from nothing to a shop that runs. Again, it does only what is not done yet.

const terminal = progress()

async function up(): Promise<void> {
  const settings = readSettings(process.env)
  const where = CLUSTERS[settings.CLUSTER]
  await checkTools(where.tools)
  checkImagesInto(where, settings)
  const cluster = kubernetes(where.context)

  const isNew = !(await where.exists())
  if (isNew && where.make) {
    await terminal.during(`making a cluster with ${settings.CLUSTER}`, where.make())
    await create(cluster, 'ConfigMap', { name: 'petrel-quick-start', namespace: 'kube-system', labels: MADE_HERE })
  }
  terminal.print(`✓ the cluster: ${await cluster.kubectl(['config', 'current-context'])}`)

  await Promise.all([
    layGround(cluster, terminal),
    addKeda(cluster, terminal),
    addMetrics(cluster, where.needsMetrics, terminal),
    terminal.during('building images', bringImages(where, settings)),
  ])
  await openNamespace(cluster, NAMESPACE)
  await installShop(cluster, imageRegistry(settings), terminal)
  terminal.print(nextSteps(where.context))
}

try {
  await up()
} catch (error) {
  console.error(error instanceof Problem ? `\n${error.message}` : error)
  // What else was begun side by side would only go on talking.
  process.exit(1)
}
