import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../local/folders.ts'
import { adminSecret, copyOf } from './ground.ts'
import { GROUND, NAMESPACE } from './names.ts'

const kind = (file: string) => readFile(join(ROOT, 'k8s', 'kind', file), 'utf8')

test('the password that PostgreSQL is given is the one that deployments connect with', () => {
  const { POSTGRES_PASSWORD, DATABASE_ADMIN_URL } = adminSecret('a-b_c')
  const url = new URL(DATABASE_ADMIN_URL)
  expect([url.username, url.password, url.port]).toEqual(['postgres', POSTGRES_PASSWORD, '5432'])
})

test("the shop's namespace gets the URL of the account that makes databases, and nothing else of the Secret", () => {
  const secret = JSON.stringify({
    metadata: { name: 'postgres-admin', namespace: GROUND, resourceVersion: '7' },
    data: { POSTGRES_PASSWORD: 'cA==', DATABASE_ADMIN_URL: 'dQ==' },
  })
  expect(copyOf(secret, NAMESPACE)).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'petrel-postgres-admin', namespace: NAMESPACE },
    data: { DATABASE_ADMIN_URL: 'dQ==' },
  })
})

test('the manifests stand in the namespace that the quick start uses, and Kafka says its address there', async () => {
  expect(await kind('kustomization.yaml')).toContain(`namespace: ${GROUND}\n`)
  expect(await kind('namespace.yaml')).toContain(`name: ${GROUND}\n`)
  expect(await kind('server.properties')).toContain(`CLIENTS://kafka.${GROUND}.svc.cluster.local:9092,`)
})

test('every container of the ground says how much it needs, runs as nobody in particular, and may not rise', async () => {
  for (const file of ['kafka.yaml', 'registry.yaml', 'postgres.yaml', 'prometheus.yaml']) {
    const manifest = await kind(file)
    expect(manifest).toMatch(/requests: \{ cpu: .*, memory: .* \}\n\s+limits: \{ cpu: .*, memory: .* \}/)
    for (const line of [
      'runAsNonRoot: true',
      'allowPrivilegeEscalation: false',
      'capabilities: { drop: [ALL] }',
      'type: RuntimeDefault',
    ])
      expect(manifest).toContain(line)
  }
})
