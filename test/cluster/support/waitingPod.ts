import { apply, kubectl } from './kubectl.ts'

/** A pod that only waits to be told what to run, with the programs of an image. Resolves when it is ready. */
export async function waitingPod(namespace: string, name: string, image: string): Promise<void> {
  const securityContext = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }
  await apply(namespace, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { 'app.kubernetes.io/name': name } },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ name, image, command: ['node', '-e', 'setInterval(() => {}, 1e9)'], securityContext }],
    },
  })
  await kubectl(['wait', '-n', namespace, '--for=condition=Ready', `pod/${name}`, '--timeout=120s'])
}

/** The image that a service of a shop runs, whatever the release is called. */
export async function imageOf(namespace: string, service: string): Promise<string> {
  const selector = `app.kubernetes.io/name=${service}`
  const path = 'jsonpath={.items[0].spec.template.spec.containers[0].image}'
  const image = await kubectl(['get', 'deployments', '-n', namespace, '-l', selector, '-o', path]).catch(() => '')
  if (image === '') throw new Error(`No deployment in ${namespace} has the label ${selector}: is the shop installed there?`)
  return image
}
