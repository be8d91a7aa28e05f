import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DATA, LOGS, PROMETHEUS, ROOT } from '../folders.ts'
import type { PrintLine } from '../problem.ts'
import { keepServer } from '../stack/keptServer.ts'
import { type PortUse, freePorts } from '../stack/ports.ts'
import type { Settings } from '../settings.ts'
import { postgresMetrics } from './postgresMetrics.ts'
import { prometheusUrl, startPrometheus } from './prometheus.ts'
import type { Target } from './prometheusConfig.ts'
import { startWatchServer } from './watchServer.ts'

/** Where each service answers `/metrics`. */
export type OpsPorts = Readonly<Record<string, number>>

export interface ObserveOptions {
  /** Of Prometheus. */
  readonly program: string
  readonly settings: Settings
  /** Of a superuser. */
  readonly databaseUrl: string
  readonly opsPorts: OpsPorts
  readonly print: PrintLine
  readonly signal: AbortSignal
  readonly onChange: (isUp: boolean) => void
}

const ALERTS = join(ROOT, 'deploy/alerts/petrel.rules.yaml')

/** What observing listens on, besides a free port for each service. */
export const observePorts = (settings: Settings): PortUse[] => [
  { port: settings.PROMETHEUS_PORT, what: 'Prometheus', variable: 'PROMETHEUS_PORT' },
  { port: settings.WATCH_PORT, what: 'the page to watch the shop', variable: 'WATCH_PORT' },
]

/** A port for each of the services to be watched at. */
export async function chooseOpsPorts(services: readonly string[]): Promise<OpsPorts> {
  const ports = await freePorts(services.length)
  return Object.fromEntries(services.map((service, index) => [service, ports[index] ?? 0]))
}

/** Prometheus, kept running, and the page that shows what it knows. @returns what stops both */
export async function startObserving(options: ObserveOptions): Promise<() => Promise<void>> {
  const { settings, databaseUrl, print: log, signal, onChange } = options
  const prometheus = await keepServer((signal) => startPrometheus(prometheusOptions(options), signal), { log, signal, onChange })
  const page = await startWatchServer({
    port: settings.WATCH_PORT,
    prometheus: prometheusUrl(settings.PROMETHEUS_PORT),
    shop: `http://localhost:${settings.CLIENT_UI_PORT}`,
    postgres: postgresMetrics(databaseUrl),
  })
  return async () => {
    await page.stop()
    await prometheus.stop()
  }
}

const prometheusOptions = ({ program, settings, opsPorts }: ObserveOptions) => ({
  program,
  port: settings.PROMETHEUS_PORT,
  dataDir: join(DATA, 'prometheus'),
  configDir: PROMETHEUS,
  logsDir: LOGS,
  targets: targetsOf(settings, opsPorts),
  ruleFiles: [ALERTS].filter(existsSync),
})

function targetsOf(settings: Settings, opsPorts: OpsPorts): Target[] {
  const services = Object.entries(opsPorts).map(([instance, port]): Target => ({ job: 'petrel', instance, port }))
  return [
    ...services,
    { job: 'postgres', instance: 'postgres', port: settings.WATCH_PORT },
    { job: 'prometheus', instance: 'prometheus', port: settings.PROMETHEUS_PORT },
  ]
}
