import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../local/folders.ts'
import { dashboardNames, readDashboard } from '../files.ts'
import { metricsIn } from '../queries/metrics.ts'
import { allQueries, panelsOf } from '../queries/panels.ts'
import { needs } from './needs.ts'

const used = new Set(
  dashboardNames.flatMap((name) => allQueries(readDashboard(name)).flatMap(({ query }) => metricsIn(query.expr))),
)

/** Those of kube-state-metrics and k6 are in their documents. */
const isOfOthers = (metric: string) => /^(kube|k6)_/.test(metric)

test('every metric that a dashboard reads is one that docs/metrics.md explains', () => {
  const page = readFileSync(join(ROOT, 'docs', 'metrics.md'), 'utf8')
  const known = new Set([...page.matchAll(/`([a-z_0-9]+)[`{]/g)].map(([, name = '']) => name))
  const isKnown = (metric: string) =>
    known.has(metric) || known.has(metric.replace(/_(bucket|sum|count)$/, '')) || isOfOthers(metric)
  expect([...used].filter((metric) => !isKnown(metric))).toEqual([])
})

test('a metric that may be missing is one that a dashboard reads', () => {
  const marked = Object.values(needs).flat() as string[]
  expect(marked.filter((metric) => metric !== 'petrel_load_phase' && !used.has(metric))).toEqual([])
})

test('every runbook that a panel leads to is there', () => {
  const pages = readdirSync(join(ROOT, 'docs', 'runbooks'))
  const links = dashboardNames.flatMap((name) =>
    panelsOf(readDashboard(name)).flatMap(({ links = [] }) => links.map(({ url = '' }) => url)),
  )
  expect(links.length).toBeGreaterThan(20)
  expect(links.map((url) => url.replace('${runbooks}/', '')).filter((page) => !pages.includes(page))).toEqual([])
})

test('every dashboard that a link leads to is there', () => {
  const links = dashboardNames.flatMap((name) => JSON.stringify(readDashboard(name)).match(/\/d\/petrel-[a-z]+/g) ?? [])
  expect(links.length).toBeGreaterThan(0)
  for (const link of links)
    expect(existsSync(join(import.meta.dirname, '..', 'json', `${link.slice('/d/petrel-'.length)}.json`))).toBe(true)
})
