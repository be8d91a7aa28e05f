import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../deploy/local/folders.ts'
import { allServices, hasDatabase } from '../../deploy/local/processes/serviceProcess.ts'
import { databaseName } from '../../deploy/local/stack/databases.ts'

const read = (file: string) => readFile(join(ROOT, 'k8s', 'production', file), 'utf8')

test('in production every service has a database, a role, and a Secret that both sides know', async () => {
  const [postgres, values] = await Promise.all([read('postgres.yaml'), read('values.yaml')])
  for (const service of allServices().filter(hasDatabase)) {
    const name = databaseName(service)
    expect(postgres).toContain(`  name: ${name}\n  owner: ${name}\n`)
    expect(postgres).toContain(
      `      - name: ${name}\n        login: true\n        passwordSecret:\n          name: ${service}-database\n`,
    )
    expect(values).toMatch(new RegExp(`\\n${service}:\\n  database:\\n    existingSecret: ${service}-database\\n`))
  }
})
