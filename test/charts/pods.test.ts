import { describe, expect, test } from 'vitest'
import { cases, hasHelm, render } from './helm.ts'
import { notRestricted, type Pod, podsOf } from './pods.ts'

const allPods = () => Object.values(cases).flatMap((one) => podsOf(render(one)))

describe.skipIf(!hasHelm)('every pod, also of Jobs and of tests,', () => {
  test('keeps the pod security standard "restricted"', () => {
    const pods = allPods()
    expect(pods.length).toBeGreaterThan(50)
    const faults = pods.map((pod) => [pod.name, notRestricted(pod)] as const).filter(([, found]) => found.length > 0)
    expect(faults).toEqual([])
  })

  test('has no token of the cluster, and writes nowhere but in /tmp', () => {
    for (const { name, spec } of allPods()) {
      expect(spec.automountServiceAccountToken, name).toBe(false)
      for (const { securityContext } of spec.containers) expect(securityContext?.readOnlyRootFilesystem, name).toBe(true)
    }
  })

  test('is not told the addresses of all Services: a Service client-ui would set CLIENT_UI_PORT', () => {
    for (const { name, spec } of allPods()) expect(spec['enableServiceLinks'], name).toBe(false)
  })
})

describe('a pod that does not keep the standard is found', () => {
  const good: Pod = {
    name: 'Pod good',
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        { name: 'one', image: 'one', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
      ],
      volumes: [{ name: 'tmp', emptyDir: {} }],
    },
  }
  const changed = (spec: Partial<Pod['spec']>): Pod => ({ ...good, spec: { ...good.spec, ...spec } })

  test('while one that keeps it is not', () => {
    expect(notRestricted(good)).toEqual([])
  })

  test.each([
    ['root', changed({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }), 'one: it may run as root'],
    ['no seccomp profile', changed({ securityContext: { runAsNonRoot: true } }), 'one: it has no seccomp profile'],
    ['the host', changed({ hostNetwork: true }), 'it is in a namespace of the host'],
    ['a folder of the node', changed({ volumes: [{ name: 'node', hostPath: { path: '/' } }] }), 'is of a forbidden kind'],
  ])('%s', (_, pod, fault) => {
    expect(notRestricted(pod)).toEqual([expect.stringContaining(fault)])
  })

  test('capabilities and privileges', () => {
    expect(notRestricted(changed({ containers: [{ name: 'one', image: 'one' }] }))).toEqual([
      'one: it may gain privileges',
      'one: it has capabilities',
    ])
  })
})
