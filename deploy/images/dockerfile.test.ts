import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../local/folders.ts'
import { FLAGS, FRUGAL } from '../local/processes/serviceProcess.ts'

const dockerfile = readFileSync(join(ROOT, 'deploy', 'Dockerfile'), 'utf8')

test('a service runs in a container as under npm start: with the same flags, and as frugal', () => {
  const entrypoint = /^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]'
  expect(JSON.parse(entrypoint)).toEqual(['node', ...FLAGS, 'main.mjs'])
  for (const [name, value] of Object.entries(FRUGAL)) expect(dockerfile).toContain(`    ${name}=${value} \\\n`)
})
