import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../deploy/local/folders.ts'
import { cases, chartFolder, hasHelm, render, type Resource } from './helm.ts'

const folder = join(ROOT, 'deploy', 'dashboards', 'json')
const dashboards = readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }))
const found = (resources: readonly Resource[]) =>
  resources.filter(({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1')

describe.skipIf(!hasHelm)('dashboards', () => {
  test("Grafana's sidecar finds each of them, as it was generated, and they lead to the runbooks", () => {
    const maps = found(render(cases['shop-watched']))
    const texts = Object.assign({}, ...maps.map(({ data }) => data)) as Record<string, string>
    const wanted = dashboards.map(({ file, text }) => [
      `petrel-${file}`,
      text.replace('https://runbooks.invalid', 'https://git.example.com/runbooks'),
    ])
    expect(texts).toEqual(Object.fromEntries(wanted))
    for (const { metadata } of maps) expect(metadata.annotations).toEqual({ grafana_folder: 'Petrel' })
  })

  test('there are none without being asked for', () => {
    expect(found(render(cases.shop))).toEqual([])
  })
})

test('the chart has the generated files themselves, and no copies of them', () => {
  expect(readdirSync(join(chartFolder('shop'), 'dashboards'))).toEqual(dashboards.map(({ file }) => file))
})
