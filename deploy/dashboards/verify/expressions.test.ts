import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../commandLine.ts'
import { toolThatIsThere } from '../../tools/build.ts'
import { dashboardNames, readDashboard } from '../files.ts'
import { syntaxErrors } from '../queries/metrics.ts'
import { allQueries } from '../queries/panels.ts'
import { builtIn, defaultValues, substituted } from '../queries/variables.ts'

const expressions = dashboardNames.flatMap((name) => {
  const dashboard = readDashboard(name)
  const values = { ...defaultValues(dashboard), ...builtIn({ from: 0, to: 1800, step: 15 }, 15) }
  return [...allQueries(dashboard).map(({ query }) => query.expr), ...annotations(dashboard)].map((each) =>
    substituted(each, values),
  )
})

function annotations({ annotations: { list = [] } }: ReturnType<typeof readDashboard>): string[] {
  return list.flatMap(({ expr }) => (expr === undefined ? [] : [expr]))
}

const promtool = await toolThatIsThere('promtool')

test('every query can be read, once its variables are in place', () => {
  expect(expressions.filter((expression) => /\$[a-z_{]/.test(expression))).toEqual([])
  expect(expressions.flatMap(syntaxErrors)).toEqual([])
})

test.skipIf(promtool === undefined)('Prometheus itself reads every query, and finds their types right', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dashboards-'))
  try {
    const rules = expressions.map((expr, index) => ({ record: `dashboards:query_${index}`, expr }))
    const file = join(folder, 'rules.yaml')
    await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboards', rules }] }))
    expect(await run(promtool ?? '', ['check', 'rules', '--lint=none', file])).toContain(`${expressions.length} rules found`)
  } finally {
    await rm(folder, { recursive: true })
  }
})
