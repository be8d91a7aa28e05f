import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toolThatIsThere } from '../../tools/build.ts'
import { dashboardNames, readDashboard } from '../files.ts'
import { panelsOf } from '../queries/panels.ts'
import { prometheusAt } from '../queries/prometheus.ts'
import { aPast } from '../testing/aPast.ts'
import { prometheusOf, type TestPrometheus } from '../testing/prometheusOf.ts'
import { verify } from '../verify/verify.ts'
import { drawDashboard, type View } from './drawDashboard.ts'

const [prometheus = '', promtool = ''] = await Promise.all([toolThatIsThere('prometheus'), toolThatIsThere('promtool')])
const end = Math.floor(Date.now() / 5000) * 5 - 60
let server: TestPrometheus

/** The words of a picture. */
const wordsOf = (svg: string) => [...svg.matchAll(/>([^<>]+)</g)].map(([, words = '']) => words.replaceAll('\u202f', ' '))

const draw = (name: string, view: Partial<View> = {}) =>
  drawDashboard(readDashboard(name), { prometheusUrl: server.url, from: end - 300, to: end, ...view })

describe.skipIf(prometheus === '' || promtool === '')('a picture of a dashboard', () => {
  beforeAll(async () => {
    server = await prometheusOf(aPast, end, { prometheus, promtool })
  })
  afterAll(() => server.stop())

  test('shows what Prometheus knows: orders, the backlog, dead letters', async () => {
    const words = wordsOf(await draw('overview'))
    expect(words).toEqual(expect.arrayContaining(['50.0', 'orders/s', '6,000', '3', '2 min']))
  })

  test('asks its questions in the order of the dashboard, with every panel below its question', async () => {
    const dashboard = readDashboard('load')
    const words = wordsOf(await draw('load'))
    const titles = (dashboard.panels ?? []).map(({ title = '' }) => title)
    expect(words.filter((each) => titles.includes(each))).toEqual(titles)
  })

  test('marks the phases of a load campaign on every graph', async () => {
    const graphs = panelsOf(readDashboard('load')).filter(({ type }) => type === 'timeseries')
    const withData = wordsOf(await draw('load')).filter((each) => each === 'blast')
    expect(withData.length).toBeGreaterThan(0)
    expect(withData.length).toBeLessThanOrEqual(graphs.length)
  })

  test('is of the endpoint that was chosen', async () => {
    expect(wordsOf(await draw('subscriber', { values: { endpoint: 'sales' } }))).toContain('Is sales well?')
    expect(wordsOf(await draw('subscriber'))).toContain('Is billing well?')
  })

  test('says where there is nothing to show', async () => {
    expect(wordsOf(await draw('postgres'))).toContain('No data')
  })

  test.each(dashboardNames)('of %s is well-formed in both themes, with nothing that could not be computed', async (name) => {
    for (const theme of ['light', 'dark'] as const) {
      const svg = await draw(name, { theme })
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
      expect(svg.split('<g').length).toBe(svg.split('</g>').length)
      expect(svg.split('<svg ').length).toBe(svg.split('</svg>').length)
    }
  })

  test('is refused with a sentence when Prometheus is not there', async () => {
    await expect(draw('overview', { prometheusUrl: 'http://127.0.0.1:1' })).rejects.toThrow('Prometheus does not answer at')
  })

  test('has no empty panel that verify would not find', async () => {
    const asked = { prometheus: prometheusAt(server.url), from: end - 300, to: end, present: new Set<never>() }
    const findings = await verify(readDashboard('overview'), asked)
    const empty = findings.filter((finding) => finding.empty.length > 0).map(({ where }) => where)
    expect(empty).toContain('Answer time of the shop, A')
    expect(empty).not.toContain('Orders taken, A')
  })
})
