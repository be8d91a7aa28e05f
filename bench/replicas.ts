// What a second and a third replica bring: a service works off a backlog with a share of a processor for each replica.
//   npm run bench -- replicas [--service stock …] [--cores 0.1] [--seconds 10] [--orders 60000] [--save]
// Only that service runs (and the payment gateway), so that three replicas, the broker and the database fit two cores.
import { parseArgs } from 'node:util'
import { Problem } from '../deploy/local/problem.ts'
import { writeRun } from './figures/runs.ts'
import { short, table } from './figures/table.ts'
import { type ReplicatedService, waitingFor } from './replicas/backlog.ts'
import { cpuLimit } from './replicas/cpuLimit.ts'
import { measureReplicas, type ReplicaFigures } from './replicas/measure.ts'
import { openForMeasuring } from './shop/openForMeasuring.ts'
import { deadlocks } from './shop/lockWaits.ts'

const { values: args } = parseArgs({
  options: {
    service: { type: 'string', multiple: true, default: Object.keys(waitingFor) },
    cores: { type: 'string', default: '0.1' },
    seconds: { type: 'string', default: '10' },
    orders: { type: 'string', default: '60000' },
    save: { type: 'boolean', default: false },
  },
})
const options = { cores: Number(args.cores), seconds: Number(args.seconds), orders: Number(args.orders) }

try {
  // Refuses at once where it cannot work.
  await cpuLimit('trial', options.cores).remove()
  const measured: Record<string, readonly ReplicaFigures[]> = {}
  for (const service of args.service) measured[service] = await measure(known(service))
  console.log(resultTable(measured))
  writeRun('replicas', { cores: options.cores, services: measured }, { keep: args.save })
} catch (error) {
  if (!(error instanceof Problem)) throw error
  console.error(error.message)
  process.exitCode = 1
}

function known(service: string): ReplicatedService {
  if (service in waitingFor) return service as ReplicatedService
  throw new Problem(`"${service}" is not measured. Services that are: ${Object.keys(waitingFor).join(', ')}.`)
}

async function measure(service: ReplicatedService): Promise<ReplicaFigures[]> {
  await using open = await openForMeasuring()
  await Promise.all(
    [...open.shop.running.keys()].filter((name) => name !== 'payment-gateway').map((name) => open.shop.stop(name)),
  )
  const figures: ReplicaFigures[] = []
  for (const replicas of [1, 2, 3]) {
    figures.push(await measureReplicas(open, service, replicas, options))
    console.error(`${service} × ${replicas}: ${short(figures.at(-1)?.messagesPerSecond ?? 0)} messages a second`)
  }
  const deadlocked = await deadlocks(open.superuserUrl, open.databases)
  if (deadlocked > 0) console.error(`${service}: ${deadlocked} deadlocks`)
  return figures
}

function resultTable(measured: Readonly<Record<string, readonly ReplicaFigures[]>>): string {
  return table([
    ['messages a second (× one replica; of its processor used, waiting for locks)', '1 replica', '2 replicas', '3 replicas'],
    ...Object.entries(measured).map(([service, figures]) => [
      service,
      ...figures.map((each) => cell(each, figures[0]?.messagesPerSecond ?? 0)),
    ]),
  ])
}

function cell({ messagesPerSecond, cpuUsed, lockWait }: ReplicaFigures, one: number): string {
  const times = (messagesPerSecond / one).toFixed(2)
  return `${short(messagesPerSecond)} (**${times}**; ${(cpuUsed * 100).toFixed(0)} %, ${(lockWait * 100).toFixed(0)} %)`
}
