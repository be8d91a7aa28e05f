import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../local/folders.ts'
import { allServices, flagsOf, FRUGAL } from '../local/processes/serviceProcess.ts'

const dockerfile = readFileSync(join(ROOT, 'deploy', 'Dockerfile'), 'utf8')

test('a service runs in a container as under npm start: with the same flags, and as frugal', () => {
  const entrypoint = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[]
  for (const name of allServices()) expect(commandIn(name) ?? entrypoint, name).toEqual(['node', ...flagsOf(name), 'main.mjs'])
  for (const [name, value] of Object.entries(FRUGAL)) expect(dockerfile).toContain(`    ${name}=${value} \\\n`)
})

/** What the chart runs instead of the image's entry point. */
function commandIn(name: string): string[] | undefined {
  const values = readFileSync(join(ROOT, 'services', name, 'values.yaml'), 'utf8')
  return (parse(values) as { command?: string[] }).command
}
