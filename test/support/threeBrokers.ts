import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JARS } from '../../deploy/local/folders.ts'
import { ensureJars } from '../../deploy/local/stack/jars.mjs'
import { findJava } from '../../deploy/local/stack/java.ts'
import { type KafkaOptions, newClusterId, startKafka } from '../../deploy/local/stack/kafka.ts'
import { freePorts } from '../../deploy/local/stack/ports.ts'

/** A Kafka of three brokers. The first is the controller as well: without it nobody could say who leads, so it stays. */
export interface ThreeBrokers {
  /** `host:port` of each, with commas. */
  readonly kafkaBrokers: string
  /** SIGKILL. */
  kill(broker: 2 | 3): Promise<void>
  start(broker: 2 | 3): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Small: three of them beside the services. */
const jvm = ['-Xmx256m', '-XX:MaxDirectMemorySize=64m']

/** As k8s/production/kafka.yaml has it; and a broker that is gone is missed sooner. */
const properties = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'offsets.topic.replication.factor': '3',
  'broker.session.timeout.ms': '4000',
  'broker.heartbeat.interval.ms': '1000',
  'replica.lag.time.max.ms': '4000',
}

export async function threeBrokers(): Promise<ThreeBrokers> {
  const folder = await mkdtemp(join(tmpdir(), 'petrel-three-'))
  const [java, jars] = [await findJava(), await ensureJars(JARS, { print: () => {}, during: (_, work) => work })]
  const [controllerPort = 0, ...ports] = await freePorts(4)
  const clusterId = newClusterId()
  const optionsOf = (id: number): KafkaOptions => {
    const port = ports[id - 1] ?? 0
    const others = { 'process.roles': 'broker', listeners: `PLAINTEXT://127.0.0.1:${port}` }
    return {
      java,
      jars,
      dataDir: join(folder, String(id)),
      logsDir: join(folder, `logs-${id}`),
      port,
      controllerPort,
      clusterId,
      jvm,
      properties: {
        ...properties,
        'node.id': String(id),
        // What the first one is by itself.
        ...(id > 1 && others),
      },
    }
  }
  const running = new Map<number, Awaited<ReturnType<typeof startKafka>>>()
  const start = async (id: number) => void running.set(id, await startKafka(optionsOf(id)))
  const stopAll = async () => {
    // The controller last: the others say good-bye to it.
    for (const id of [3, 2, 1]) await running.get(id)?.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    for (const id of [1, 2, 3]) await start(id)
  } catch (error) {
    await stopAll()
    throw error
  }
  return {
    kafkaBrokers: ports.map((port) => `127.0.0.1:${port}`).join(','),
    start,
    async kill(id) {
      const broker = running.get(id)
      running.delete(id)
      broker?.kill('SIGKILL')
      await broker?.exited
    },
    [Symbol.asyncDispose]: stopAll,
  }
}
