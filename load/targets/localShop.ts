import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { askSystem } from '../../deploy/local/control/askSystem.ts'
import { DATA, PROMETHEUS, servicePid } from '../../deploy/local/folders.ts'
import { targetsFile } from '../../deploy/local/observe/prometheusConfig.ts'
import { Problem } from '../../deploy/local/problem.ts'
import { holderOf } from '../../deploy/local/processes/pidFile.ts'
import { type EnvironmentFile, readEnvironmentFile } from '../../deploy/local/shop/environmentFile.ts'
import type { Faults, Target } from '../targets.ts'
import { askDatabases } from './databases.ts'
import { limitGateway } from './gateway.ts'
import { orderBooks } from './orderBooks.ts'
import { watchedBy } from './prometheus.ts'

/** The shop of `npm start -- --observe`, which runs on this machine. @throws Problem when nobody watches it */
export async function localShop(): Promise<Target> {
  const environment = await readEnvironmentFile()
  const prometheusUrl = prometheusOf(environment)
  const { CLIENT_UI_PORT, PAYMENT_GATEWAY_URL = '' } = environment.services['client-ui'] ?? {}
  const ask = askDatabases(async (service) => environment.databases[service] ?? '')
  return {
    name: 'petrel',
    customers: { url: `http://127.0.0.1:${CLIENT_UI_PORT}`, hasKeys: true },
    prometheusUrl,
    announce,
    watch: () => watchedBy(prometheusUrl),
    books: (customers) => orderBooks(ask, customers),
    limitGateway: (perSecond) => limitGateway(PAYMENT_GATEWAY_URL, perSecond),
    faults: localFaults,
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Prometheus reads the file as soon as it is there. */
async function announce(url: string): Promise<AsyncDisposable> {
  const file = join(PROMETHEUS, 'campaign.json')
  await writeFile(file, targetsFile([{ job: 'load', instance: 'campaign', port: Number(new URL(url).port) }]))
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) }
}

function prometheusOf({ PROMETHEUS_URL }: EnvironmentFile): string {
  if (PROMETHEUS_URL !== undefined) return PROMETHEUS_URL
  throw new Problem('The local system runs unwatched: stop it, and start it with npm start -- --observe')
}

const localFaults: Faults = {
  breakSales: async () => void (await askSystem('break', 'sales')),
  mendSales: async () => void (await askSystem('mend', 'sales')),
  replaySales: async () => void (await askSystem('replay', 'sales')),
  killBilling: async () => kill(servicePid('billing'), 'billing'),
  restartBroker: async () => kill(join(DATA, 'kafka', 'pid'), 'Kafka', 'SIGTERM'),
  stopSubscriber: async () => void (await askSystem('stop', 'loyalty')),
  addSubscriber: async () => void (await askSystem('start', 'loyalty')),
}

/** Whoever keeps it running starts it again. */
function kill(pidFile: string, what: string, signal: NodeJS.Signals = 'SIGKILL'): void {
  const pid = holderOf(pidFile)
  if (pid === undefined) throw new Problem(`${what} does not run on this machine, so it cannot be ended here.`)
  process.kill(pid, signal)
}
