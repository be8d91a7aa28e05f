import { notFound } from '@petrel/pages'
import { z } from 'zod'
import { unresolvedByEndpoint } from '../failures/list.ts'
import { queryOf } from '../http/input.ts'
import type { ConsoleContext, Part } from '../part.ts'
import { remembered } from '../store/remembered.ts'
import { readDefinitions } from './definitions.ts'
import { endpointDetail } from './endpointDetail.ts'
import { endpointViews } from './endpointView.ts'
import { readKnown } from './knownEndpoints.ts'
import type { Look } from './look.ts'
import { systemMap } from './map.ts'
import { countsByType } from './readRates.ts'
import { watchForSilence } from './watch.ts'
import { spanOf, type Window, windows } from './windows.ts'

const window = z
  .enum(windows.map(String) as [string, ...string[]])
  .default('15')
  .transform((text) => Number(text) as Window)
const query = z.strictObject({ window })

/** Everybody who looks sees the same; nobody sees it older than that. */
const readEveryMs = 1_000
/** Rates on the map are of so many minutes. */
const mapWindow: Window = 1

/** How endpoints are, and who says what to whom. */
export function monitoringPart(context: ConsoleContext, look: Look): Part {
  const { pool, prefix, access } = context
  const sources = { pool, look }
  const known = new Map(
    windows.map((window) => [window, remembered(readEveryMs, () => readKnown(sources, spanOf(window, Date.now()), Date.now()))]),
  )
  // Failures are counted each time: beside it a page shows them themselves.
  const views = async (window: Window, countFailures = () => unresolvedByEndpoint(pool)) => {
    const now = Date.now()
    const [read, unresolved] = await Promise.all([
      known.get(window)?.() ?? readKnown(sources, spanOf(window, now), now),
      countFailures(),
    ])
    const failures = new Map(unresolved.map(({ endpoint, count }) => [endpoint, count]))
    return endpointViews({ ...read, failures }, { prefix, span: spanOf(window, now), now })
  }
  const reads = access.requires('reader')
  return {
    start: () => watchForSilence(context, look),
    async summary() {
      // Of all endpoints together failures are in the summary already.
      const endpoints = await views(mapWindow, async () => [])
      return {
        waitingForRetry: endpoints.reduce((sum, { waitingForRetry }) => sum + (waitingForRetry ?? 0), 0),
        endpoints: endpoints.length,
        silent: endpoints.filter(({ state }) => state === 'silent').length,
        outageGuards: endpoints.filter(({ outageGuard }) => outageGuard).map(({ name }) => name),
      }
    },
    routes(router) {
      router.get('/api/endpoints', reads, async (ctx) => {
        ctx.body = { items: await views(queryOf(ctx, query).window) }
      })
      router.get('/api/endpoints/:name', reads, async (ctx) => {
        const { window } = queryOf(ctx, query)
        const name = ctx.params['name'] ?? ''
        const view = (await views(window)).find((endpoint) => endpoint.name === name)
        if (view === undefined) throw notFound(`There is no endpoint ${name}. GET /api/endpoints lists those that there are.`)
        ctx.body = { ...view, ...(await endpointDetail({ ...sources, prefix }, name, spanOf(window, Date.now()))) }
      })
      router.get('/api/map', reads, async (ctx) => {
        const span = spanOf(mapWindow, Date.now())
        const [endpoints, definitions, counts] = await Promise.all([
          views(mapWindow),
          readDefinitions(sources),
          countsByType(pool, span),
        ])
        const nodes = endpoints.map(({ name, state, failed, lag }) => ({ name, state, failed, lag }))
        ctx.body = systemMap(nodes, definitions, counts, span)
      })
    },
  }
}
