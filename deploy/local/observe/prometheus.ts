import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { answersOk } from '../processes/answersOk.ts'
import { type Child, startChild, whenReady } from '../processes/child.ts'
import { prometheusConfig, type Target, targetsFile } from './prometheusConfig.ts'

export interface PrometheusOptions {
  readonly program: string
  readonly port: number
  /** What it has measured; kept over a restart. */
  readonly dataDir: string
  /** What it is told: its configuration and its targets. */
  readonly configDir: string
  readonly logsDir: string
  readonly targets: readonly Target[]
  readonly ruleFiles: readonly string[]
}

/** Whichever comes first. A shop that runs all day writes some 100 MB. */
export const RETENTION = { time: '7d', size: '1GB' }

export const prometheusUrl = (port: number): string => `http://127.0.0.1:${port}`

/** Prometheus, which others may write into too (k6 does). Resolves when it answers queries. */
export async function startPrometheus(options: PrometheusOptions, signal?: AbortSignal): Promise<Child> {
  const { program, port, dataDir, logsDir } = options
  await mkdir(dataDir, { recursive: true })
  const prometheus = await startChild({
    name: 'Prometheus',
    command: program,
    args: [
      `--config.file=${await writeConfig(options)}`,
      `--storage.tsdb.path=${dataDir}`,
      `--storage.tsdb.retention.time=${RETENTION.time}`,
      `--storage.tsdb.retention.size=${RETENTION.size}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      // Keeps the trace ids that come with histograms.
      '--enable-feature=exemplar-storage',
      '--log.level=warn',
    ],
    logFile: join(logsDir, 'prometheus.log'),
    pidFile: join(dataDir, 'pid'),
  })
  await whenReady(prometheus, () => answersOk(`${prometheusUrl(port)}/-/ready`), signal)
  return prometheus
}

async function writeConfig({ configDir, targets, ruleFiles }: PrometheusOptions): Promise<string> {
  await mkdir(configDir, { recursive: true })
  const config = join(configDir, 'prometheus.yml')
  await writeFile(join(configDir, 'targets.json'), targetsFile(targets))
  // A load campaign adds itself beside it while it runs.
  await writeFile(config, prometheusConfig(join(configDir, '*.json'), ruleFiles))
  return config
}
