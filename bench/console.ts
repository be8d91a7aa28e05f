// How much the console takes: it reads 100,000 dead letters, answers its page's questions, and sends all of them back.
//   npm run bench -- console [--failures 100000] [--rate 2000] [--questions 200] [--save]
// The dead letters are in Kafka before the console starts. It runs as npm start runs it. A run counts only when the replay topic has
// every message once.
import { parseArgs } from 'node:util'
import { OrderPlaced } from '@petrel/contracts'
import { deployAll } from '@petrel/messaging/operations'
import { ROOT } from '../deploy/local/folders.ts'
import { databaseName, ensureDatabase } from '../deploy/local/stack/databases.ts'
import { freePorts } from '../deploy/local/stack/ports.ts'
import { loadServices } from '../packages/cli/src/services.ts'
import { startOwnStack } from '../test/support/oneStack.ts'
import { startProcess } from '../test/support/processes.ts'
import { consoleApi, replayedOnce, untilDone } from './console/api.ts'
import { deadLetters, orderId } from './console/letters.ts'
import { peak } from './console/peak.ts'
import { askAll, questionTable } from './console/questions.ts'
import { cpuSeconds } from './cpu.ts'
import { writeRun } from './figures/runs.ts'
import { table } from './figures/table.ts'
import { avroCodec, confluentRegistry, kafkajsBroker, silentLog } from './support.ts'

const { values: args } = parseArgs({
  options: {
    failures: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '2000' },
    questions: { type: 'string', default: '200' },
    save: { type: 'boolean', default: false },
  },
})
const [failures, rate, questions] = [Number(args.failures), Number(args.rate), Number(args.questions)]

await using opened = new AsyncDisposableStack()
const { stack, remove } = await startOwnStack()
opened.defer(remove)
const broker = kafkajsBroker({ brokers: stack.kafkaBrokers.split(','), clientId: 'bench', log: silentLog })
opened.defer(() => broker.close())
const registry = confluentRegistry({ url: stack.registryUrl })

const services = await loadServices(ROOT, ['sales', 'billing'])
await deployAll(
  services.map(({ endpoint }) => ({ endpoint })),
  { admin: broker.admin, registry, prefix: '' },
)
const schemaId = await registry.register(`${OrderPlaced.topic}-value`, OrderPlaced.schema)
const codec = avroCodec({ registry })
const step = 500
for (let from = 0; from < failures; from += step)
  await broker.publish(
    deadLetters(from, Math.min(step, failures - from), (order) => Buffer.from(codec.encode(OrderPlaced, schemaId, order))),
  )
console.error(`${failures} dead letters are in Kafka.`)

const [port = 0] = await freePorts(1)
const watched = await startProcess('console', {
  KAFKA_BROKERS: stack.kafkaBrokers,
  SCHEMA_REGISTRY_URL: stack.registryUrl,
  DATABASE_URL: await ensureDatabase(stack.databaseUrl, databaseName('console')),
  CONSOLE_PORT: String(port),
  LOG_LEVEL: 'info',
})
opened.defer(() => watched.stop())
const memory = peak(watched.pid)
opened.defer(() => memory.stop())
await watched.logged(({ event }) => event === 'reading')
const api = await consoleApi(`http://127.0.0.1:${port}`)

const cpu = () => ({ console: cpuSeconds(watched.pid), database: cpuSeconds(stack.pids().postgres ?? 0, { withChildren: true }) })
const each = (from: ReturnType<typeof cpu>, to: ReturnType<typeof cpu>) => ({
  console: ((to.console - from.console) * 1e6) / failures,
  database: ((to.database - from.database) * 1e6) / failures,
})
const before = cpu()
const began = performance.now()
await untilDone(async () => (await api.get<{ unresolved: number }>('/api/summary')).unresolved >= failures)
const importSeconds = (performance.now() - began) / 1_000
const after = cpu()
const importCpu = each(before, after)
const importMiB = memory.take()
console.error(`Read in ${importSeconds.toFixed(1)} s.`)

const answers = await askAll(api, orderId(Math.floor(failures / 2)), questions)
const questionsMiB = memory.take()
console.log(questionTable(answers))

const { replayId, stagedMs } = await api.replayAll(rate)
const [replayBegan, beforeReplay] = [performance.now(), cpu()]
await untilDone(async () => (await api.get<{ state: string }>(`/api/replays/${replayId}`)).state === 'done')
const replaySeconds = (performance.now() - replayBegan) / 1_000
const replayCpu = each(beforeReplay, cpu())
const replayMiB = memory.take()
await replayedOnce(broker.admin, 'billing.replay', failures)

const figures = {
  failures,
  import: { perSecond: failures / importSeconds, cpuUs: importCpu, MiB: importMiB },
  questions: answers,
  questionsMiB,
  replay: { asked: rate, perSecond: failures / replaySeconds, cpuUs: replayCpu, stagedMs, MiB: replayMiB },
}
console.log(
  table([
    ['', 'a second', 'CPU µs each: console', 'database', 'console MiB at most'],
    [
      'failures read',
      Math.round(figures.import.perSecond),
      Math.round(importCpu.console),
      Math.round(importCpu.database),
      importMiB,
    ],
    [
      `sent back, asked for ${rate}`,
      Math.round(figures.replay.perSecond),
      Math.round(replayCpu.console),
      Math.round(replayCpu.database),
      replayMiB,
    ],
    ['questions', '', '', '', questionsMiB],
  ]),
)
console.log(`To write down what is to be sent took ${Math.round(stagedMs)} ms.`)
writeRun('console', figures, { keep: args.save })
