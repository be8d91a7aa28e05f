import type { Progress } from '../local/progress.mjs'
import { ensureNamespace, exists, isMadeHere, type Kubernetes } from './kubernetes.ts'

/** Its manifest has the namespace, the CRDs, and what acts on them. */
const KEDA = 'https://github.com/kedacore/keda/releases/download/v2.20.2/keda-2.20.2.yaml'

/** Scales by lag. Its CRDs are there before the shop's ScaledObjects come. On a cluster that has it, nothing is done. */
export async function addKeda(cluster: Kubernetes, { print, during }: Progress): Promise<void> {
  if (await exists(cluster, ['crd', 'scaledobjects.keda.sh'])) return print('✓ KEDA is there already')
  await ensureNamespace(cluster, 'keda')
  await during('installing KEDA', cluster.kubectl(['apply', '--server-side', '--force-conflicts', '--filename', KEDA]))
  const ready = ['--namespace', 'keda', 'wait', 'deployment', '--all', '--for=condition=Available', '--timeout=5m']
  await during('awaiting KEDA', cluster.kubectl(ready))
  print('✓ KEDA is ready')
}

export async function removeKeda(cluster: Kubernetes, { print, during }: Progress): Promise<void> {
  if (!(await isMadeHere(cluster, 'namespaces', 'keda'))) return
  await during('removing KEDA', cluster.kubectl(['delete', '--ignore-not-found', '--filename', KEDA]))
  print('✓ KEDA is gone')
}

/** Says what pods use: the front end is scaled by it. */
export async function addMetrics(cluster: Kubernetes, mayAdd: boolean, { print, during }: Progress): Promise<void> {
  if (await exists(cluster, ['apiservice', 'v1beta1.metrics.k8s.io'])) return
  if (!mayAdd) {
    return print(
      '! This cluster has no metrics-server, so the front end stays at one replica. https://github.com/kubernetes-sigs/metrics-server',
    )
  }
  await during('installing metrics-server', cluster.kubectl(['apply', '--kustomize', 'k8s/kind/metrics-server']))
  print('✓ metrics-server is on its way')
}
