import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../deploy/local/folders.ts'
import { postgresGauges } from '../../deploy/local/observe/postgresMetrics.ts'
import { phaseMetrics } from '../../load/runner/phaseMetrics.ts'
import { registries } from './registries.ts'

/** What a row of the page, or a registry, says of a metric. */
interface Described {
  readonly type: string
  readonly labels: readonly string[]
}

const page = await readFile(join(ROOT, 'docs/metrics.md'), 'utf8')

const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )

const onPage = new Map(rows.map(([name = '', type = '', labels = '']) => [quoted(name)[0], { type, labels: quoted(labels) }]))

function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
}

/** What prom-client keeps of every metric. */
interface Registered {
  readonly name: string
  readonly type: string
  readonly labelNames: readonly string[]
}

function registered(): Map<string, Described> {
  const metrics = [...registries(), postgresGauges().registry].flatMap(
    (registry) => registry.getMetricsAsArray() as unknown as Registered[],
  )
  const ofPrograms = metrics.map(({ name, type, labelNames }) => [name, { type, labels: [...labelNames] }] as const)
  return new Map([...ofPrograms, ...ofACampaign()])
}

/** The runner of campaigns writes its one metric itself. */
function ofACampaign(): [string, Described][] {
  const text = phaseMetrics({ name: 'blast', phases: [] }, 0)
  const labels = [...(/\{(.*)\}/.exec(text)?.[1] ?? '').matchAll(/(\w+)="/g)].map(([, label = '']) => label)
  return [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, { type, labels }])
}

test('the page has every metric that a program of the shop or a campaign registers, with its type and labels, and no other', () => {
  expect(Object.fromEntries(onPage)).toEqual(Object.fromEntries(registered()))
})

test('every metric is on the page once, with what it means and what to do', () => {
  expect(onPage.size).toBe(rows.length)
  for (const row of rows) expect(row.length, row[0]).toBe(5)
  for (const [name, , , meaning, advice] of rows) expect([meaning, advice], name).not.toContain('')
})
