import type { Resource } from './helm.ts'

interface SecurityContext {
  readonly runAsNonRoot?: boolean
  readonly runAsUser?: number
  readonly seccompProfile?: { readonly type?: string }
  readonly allowPrivilegeEscalation?: boolean
  readonly readOnlyRootFilesystem?: boolean
  readonly privileged?: boolean
  readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] }
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly securityContext?: SecurityContext
  readonly [key: string]: unknown
}

export interface PodSpec {
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly securityContext?: SecurityContext
  readonly automountServiceAccountToken?: boolean
  readonly volumes?: readonly Readonly<Record<string, unknown>>[]
  readonly hostNetwork?: boolean
  readonly hostPID?: boolean
  readonly hostIPC?: boolean
  readonly [key: string]: unknown
}

export interface Pod {
  /** For example Deployment shop-sales. */
  readonly name: string
  readonly spec: PodSpec
}

/** The pods that resources are or make. */
export function podsOf(resources: readonly Resource[]): Pod[] {
  return resources.flatMap((resource) => {
    const spec = podSpecOf(resource)
    return spec === undefined ? [] : [{ name: `${resource.kind} ${resource.metadata.name}`, spec }]
  })
}

function podSpecOf({ kind, spec }: Resource): PodSpec | undefined {
  if (kind === 'Pod') return spec as PodSpec
  return (spec as { template?: { spec: PodSpec } } | undefined)?.template?.spec
}

/** What of a pod the standard "restricted" forbids (https://kubernetes.io/docs/concepts/security/pod-security-standards/). */
export function notRestricted({ spec }: Pod): string[] {
  const { hostNetwork, hostPID, hostIPC } = spec
  const own = [...(spec.initContainers ?? []), ...spec.containers].flatMap((container) =>
    containerFaults(container, spec.securityContext).map((fault) => `${container.name}: ${fault}`),
  )
  const volumes = (spec.volumes ?? []).filter((volume) => !Object.keys(volume).some((key) => harmless.has(key)))
  return [
    ...(hostNetwork || hostPID || hostIPC ? ['it is in a namespace of the host'] : []),
    ...volumes.map((volume) => `the volume ${JSON.stringify(volume)} is of a forbidden kind`),
    ...own,
  ]
}

const harmless = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

function containerFaults({ securityContext: own = {} }: Container, pod: SecurityContext = {}): string[] {
  const { runAsNonRoot, runAsUser, seccompProfile } = { ...pod, ...own }
  const faults: Readonly<Record<string, boolean>> = {
    'it may run as root': runAsNonRoot !== true || runAsUser === 0,
    'it has no seccomp profile': !['RuntimeDefault', 'Localhost'].includes(seccompProfile?.type ?? ''),
    'it may gain privileges': own.allowPrivilegeEscalation !== false || own.privileged === true,
    'it has capabilities':
      own.capabilities?.drop?.includes('ALL') !== true ||
      (own.capabilities.add ?? []).some((capability) => capability !== 'NET_BIND_SERVICE'),
  }
  return Object.keys(faults).filter((fault) => faults[fault])
}
