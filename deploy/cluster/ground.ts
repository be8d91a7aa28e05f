import { randomBytes } from 'node:crypto'
import type { Progress } from '../local/progress.mjs'
import { create, ensureNamespace, exists, type Kubernetes } from './kubernetes.ts'
import { GROUND } from './names.ts'

const ADMIN_SECRET = 'postgres-admin'
/** As a shop's namespace has it: charts/shop/global.yaml names it. */
const COPIED_SECRET = 'petrel-postgres-admin'

const PARTS = {
  Kafka: 'statefulset/kafka',
  'the schema registry': 'statefulset/registry',
  PostgreSQL: 'statefulset/postgres',
  Prometheus: 'deployment/prometheus',
}

/** Kafka, registry, PostgreSQL and Prometheus. Resolves when all are ready. What is there already stays as it is. */
export async function layGround(cluster: Kubernetes, { print, during }: Progress): Promise<void> {
  await ensureNamespace(cluster, GROUND)
  if (!(await exists(cluster, ['--namespace', GROUND, 'secret', ADMIN_SECRET]))) {
    await create(cluster, 'Secret', { name: ADMIN_SECRET, namespace: GROUND }, { stringData: adminSecret(newPassword()) })
  }
  await during('applying k8s/kind', cluster.kubectl(['apply', '--kustomize', 'k8s/kind']))
  await Promise.all(
    Object.entries(PARTS).map(async ([name, part]) => {
      await during(`awaiting ${name}`, cluster.kubectl(['--namespace', GROUND, 'rollout', 'status', part, '--timeout=10m']))
      print(`✓ ${name} is ready`)
    }),
  )
}

/** A namespace for a shop, with leave to use the ground, and with the account that makes databases and roles. */
export async function openNamespace(cluster: Kubernetes, name: string): Promise<void> {
  await ensureNamespace(cluster, name, { 'petrel-ground': 'client', 'pod-security.kubernetes.io/enforce': 'restricted' })
  const secret = await cluster.kubectl(['--namespace', GROUND, 'get', 'secret', ADMIN_SECRET, '--output=json'])
  await cluster.kubectl(['apply', '--server-side', '--force-conflicts', '--filename=-'], JSON.stringify(copyOf(secret, name)))
}

/** What PostgreSQL is told at its first start, and what a deployment connects with to make roles and databases. */
export function adminSecret(password: string): Record<'POSTGRES_PASSWORD' | 'DATABASE_ADMIN_URL', string> {
  const host = `postgres.${GROUND}.svc.cluster.local:5432`
  return { POSTGRES_PASSWORD: password, DATABASE_ADMIN_URL: `postgres://postgres:${password}@${host}/postgres` }
}

/** Only letters, digits, - and _: it stands in a URL. */
const newPassword = () => randomBytes(24).toString('base64url')

/** A pod can read only Secrets of its own namespace. */
export function copyOf(secret: string, namespace: string): object {
  const { data } = JSON.parse(secret) as { data: Record<string, string> }
  const DATABASE_ADMIN_URL = data['DATABASE_ADMIN_URL']
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: COPIED_SECRET, namespace },
    data: { DATABASE_ADMIN_URL },
  }
}
