import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../commandLine.ts'
import { metricsIn, syntaxErrors } from '../dashboards/queries/metrics.ts'
import { ROOT } from '../local/folders.ts'
import { toolThatIsThere } from '../tools/build.ts'
import { RULES, testFiles } from './files.ts'
import type { Group } from './rule.ts'
import { groups, rulesFile, runbookOf } from './rulesFile.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const all: readonly Group[] = groups()
const alerts = all.flatMap(({ alerts = [] }) => alerts)
const recordings = all.flatMap(({ recordings = [] }) => recordings)
const promtool = await toolThatIsThere('promtool')

test('the rules file is what its sources say', () => {
  expect(readFileSync(RULES, 'utf8'), 'npm run alerts').toBe(rulesFile())
})

test('every alert has a page that says what it means, where to look first, and what to do', () => {
  for (const alert of alerts) {
    expect(existsSync(join(ROOT, runbookOf(alert))), runbookOf(alert)).toBe(true)
    const page = read(runbookOf(alert))
    expect(page).toMatch(
      new RegExp(`^# ${alert.name}\\n\\n\\*\\*What it means\\.\\*\\*[^]*\\n## First look\\n[^]*\\n## What to do\\n`),
    )
    expect(read('deploy/alerts/README.md')).toContain(`| ${alert.name} |`)
  }
})

test('every alert has a test in which it fires, and one in which it is quiet', () => {
  for (const { name } of alerts) {
    const file = testFiles().find((each) => basename(each) === `${name}.yaml`)
    expect(file, name).toBeDefined()
    const text = readFileSync(file ?? '', 'utf8')
    expect(text, name).toContain('exp_alerts:')
    expect(text, name).toMatch(new RegExp(`\\{ alertname: ${name}, eval_time: \\w+ \\}`))
  }
})

test('every alert has a scenario, in which it is brought about on a real shop', () => {
  const scenarios = read('deploy/alerts/scenarios.long.test.ts')
  for (const { name, severity } of alerts)
    expect(scenarios).toMatch(new RegExp(`alertname: '${name}',\\s+severity: '${severity}'`))
})

test('every metric that an alert reads is one that docs/metrics.md explains, or one that a rule makes', () => {
  const explained = new Set([...read('docs/metrics.md').matchAll(/^\| `([a-z_0-9]+)`/gm)].map(([, name = '']) => name))
  const made = new Set(recordings.map(({ record }) => record))
  const queries = [...alerts.map(({ when }) => when), ...recordings.map(({ expr }) => expr)]
  const used = new Set(queries.flatMap(metricsIn))
  expect(queries.flatMap(syntaxErrors)).toEqual([])
  expect(used.size).toBeGreaterThan(10)
  const isKnown = (metric: string) =>
    made.has(metric) || explained.has(metric) || explained.has(metric.replace(/_(bucket|count)$/, ''))
  expect([...used].filter((metric) => !isKnown(metric))).toEqual([])
})

test.skipIf(promtool === undefined)(
  'promtool reads the rules, and every alert fires and is quiet as its tests say',
  async () => {
    await run(promtool ?? '', ['check', 'rules', RULES])
    await run(promtool ?? '', ['test', 'rules', ...testFiles()])
  },
  300_000,
)
