import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { eventually } from '../../../test/support/eventually.ts'
import { fetchOk, getJson } from '../../../test/support/http.ts'
import { ownStart, type portVariables } from '../../../test/support/ownStart.ts'
import type { Controls } from '../../local/control/controlServer.ts'
import type { EnvironmentFile } from '../../local/shop/environmentFile.ts'
import type { Group } from '../rule.ts'
import { rulesFile } from '../rulesFile.ts'

/** An alert as Prometheus knows it now. */
export interface ActiveAlert {
  readonly state: 'pending' | 'firing'
  /** With `alertname`. */
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

interface Alerts {
  readonly data: { readonly alerts: readonly ActiveAlert[] }
}

/** Of an instant query. */
interface Answer {
  readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] }
}

/** A whole shop that Prometheus watches by the given rules. */
export interface WatchedShop {
  readonly environment: EnvironmentFile
  /** An address of one of its pages. */
  url(variable: (typeof portVariables)[number], path: string): string
  alerts(): Promise<readonly ActiveAlert[]>
  /** @returns the labels of each series that the PromQL finds */
  series(query: string): Promise<readonly Readonly<Record<string, string>>[]>
  /** What `npm run service|stop|break|mend` do, and `petrel replay`. */
  control(action: keyof Controls['actions'], service: string): Promise<void>
  /** What the service has logged. */
  log(service: string): Promise<string>
  /** Of a server of the stack. */
  pid(server: 'kafka' | 'prometheus'): Promise<number>
  stop(): Promise<void>
}

/** Starts it; resolves when Prometheus follows the rules, and evaluates them as often as it measures. */
export async function watchedShop(rules: readonly Group[], everySeconds: number): Promise<WatchedShop> {
  const system = await ownStart(['--observe'])
  const { folder, env } = system
  const read = (...path: string[]) => readFile(join(folder, ...path), 'utf8')
  const environment = JSON.parse(await read('environment.json')) as EnvironmentFile
  const prometheus = `${environment.PROMETHEUS_URL}/api/v1`
  const shop: WatchedShop = {
    environment,
    url: (variable, path) => `http://127.0.0.1:${env[variable]}${path}`,
    alerts: async () => (await getJson<Alerts>(`${prometheus}/alerts`)).data.alerts,
    series: async (query) => {
      const { data } = await getJson<Answer>(`${prometheus}/query?query=${encodeURIComponent(query)}`)
      return data.result.map(({ metric }) => metric)
    },
    control: async (action, service) =>
      void (await fetchOk(`${environment.LOCAL_CONTROL_URL}/services/${service}/${action}`, { method: 'POST' })),
    log: (service) => read('logs', `${service}.log`),
    pid: async (server) => Number((await read('data', server, 'pid')).split(' ')[0]),
    stop: () => system.stop(),
  }
  try {
    const file = join(folder, 'prometheus', 'rules.yaml')
    await writeFile(file, rulesFile(rules))
    await followRules(shop, join(folder, 'prometheus', 'prometheus.yml'), file, everySeconds)
    return shop
  } catch (error) {
    await system.stop()
    throw error
  }
}

/** Prometheus reads its configuration again when it is told to. */
async function followRules(shop: WatchedShop, config: string, rules: string, everySeconds: number): Promise<void> {
  const interval = `${everySeconds}s`
  const before = parse(await readFile(config, 'utf8')) as object
  const after = { ...before, global: { scrape_interval: interval, evaluation_interval: interval }, rule_files: [rules] }
  await writeFile(config, stringify(after))
  process.kill(await shop.pid('prometheus'), 'SIGHUP')
  await eventually(async () => {
    const { data } = await getJson<{ data: { groups: { file: string }[] } }>(`${shop.environment.PROMETHEUS_URL}/api/v1/rules`)
    if (data.groups.some(({ file }) => file !== rules)) throw new Error(`Prometheus does not follow ${rules}.`)
  })
}
