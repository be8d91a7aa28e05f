import { Problem } from '../../local/problem.ts'
import { progress } from '../../local/progress.mjs'
import { removeKeda } from '../additions.ts'
import { CLUSTERS, type Cluster } from '../clusters.ts'
import { exists, isMadeHere, kubernetes, type Kubernetes } from '../kubernetes.ts'
import { GROUND, NAMESPACE } from '../names.ts'
import { readSettings } from '../settings.ts'
import { uninstallReleases } from '../shop.ts'
import { checkTools } from '../tools.ts'

// `CLUSTER=kind|minikube|current npm run cluster:down`: removes what `npm run cluster` has made, and nothing else.

const terminal = progress()

const ASK = (context: string) => `This removes from the cluster ${context}:
  all Helm releases in the namespace ${NAMESPACE}, with their orders, and the namespace
  the namespace ${GROUND}, with Kafka's topics and all databases
To do it: CLUSTER=current npm run cluster:down -- --yes`

async function down(): Promise<void> {
  const settings = readSettings(process.env)
  const where = CLUSTERS[settings.CLUSTER]
  await checkTools(where.tools)
  if (!(await where.exists())) return terminal.print(`There is no ${settings.CLUSTER} cluster of Petrel.`)

  const cluster = kubernetes(where.context)
  if (await isOurs(where, cluster)) {
    await terminal.during(`removing the ${settings.CLUSTER} cluster`, where.remove?.() ?? Promise.resolve())
    return terminal.print(`✓ the ${settings.CLUSTER} cluster is gone`)
  }
  if (!process.argv.includes('--yes'))
    throw new Problem(ASK(where.context ?? (await cluster.kubectl(['config', 'current-context']))))
  await removeParts(cluster)
}

async function isOurs({ remove }: Cluster, cluster: Kubernetes): Promise<boolean> {
  return remove !== undefined && (await isMadeHere(cluster, 'configmaps', 'petrel-quick-start', 'kube-system'))
}

/** Releases first: what an uninstall still has to do needs Kafka and PostgreSQL. */
async function removeParts(cluster: Kubernetes): Promise<void> {
  if (await exists(cluster, ['namespace', NAMESPACE])) await uninstallReleases(cluster, terminal)
  await removeNamespace(cluster, NAMESPACE)
  if (await exists(cluster, ['namespace', GROUND])) {
    const ground = cluster.kubectl(['delete', '--ignore-not-found', '--kustomize', 'k8s/kind'])
    await terminal.during('removing the ground', ground)
    terminal.print('✓ the ground is gone')
  }
  await removeKeda(cluster, terminal)
}

async function removeNamespace(cluster: Kubernetes, name: string): Promise<void> {
  if (!(await isMadeHere(cluster, 'namespaces', name))) return
  await terminal.during(`removing namespace ${name}`, cluster.kubectl(['delete', 'namespace', name]))
  terminal.print(`✓ namespace ${name} is gone`)
}

try {
  await down()
} catch (error) {
  console.error(error instanceof Problem ? error.message : error)
  process.exitCode = 1
}
