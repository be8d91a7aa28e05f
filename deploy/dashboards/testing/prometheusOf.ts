import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../commandLine.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { fetchOk } from '../../../test/support/http.ts'
import { freePorts } from '../../local/stack/ports.ts'

export interface TestPrometheus {
  readonly url: string
  stop(): Promise<void>
}

/** Series by their text, `up{job="shop"}`, with a value for each five seconds. */
export type Past = Readonly<Record<string, readonly number[]>>

/** A real Prometheus that remembers a past, which ends at `end` (Unix time in seconds). */
export async function prometheusOf(
  past: Past,
  end: number,
  tools: { prometheus: string; promtool: string },
): Promise<TestPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'))
  const [samples, config, data] = ['samples', 'config.yaml', 'data'].map((name) => join(folder, name)) as [string, string, string]
  await writeFile(samples, openMetrics(past, end))
  await writeFile(config, 'global: { scrape_interval: 5s }\n')
  await run(tools.promtool, ['tsdb', 'create-blocks-from', 'openmetrics', samples, data])
  const [port] = await freePorts(1)
  const address = `127.0.0.1:${port}`
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`]
  const server = spawn(tools.prometheus, [...flags, '--storage.tsdb.retention.time=10y'], { stdio: 'ignore' })
  const url = `http://${address}`
  await eventually(() => fetchOk(`${url}/-/ready`))
  return {
    url,
    stop: async () => {
      const gone = once(server, 'exit')
      server.kill()
      await gone
      await rm(folder, { recursive: true })
    },
  }
}

function openMetrics(past: Past, end: number): string {
  const lines = Object.entries(past).flatMap(([series, values]) =>
    values.map((value, index) => `${series} ${value} ${end - (values.length - 1 - index) * 5}`),
  )
  return [...lines, '# EOF', ''].join('\n')
}
