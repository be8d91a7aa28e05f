import { readFile } from 'node:fs/promises'
import { ENVIRONMENT } from '../local/folders.ts'
import { Problem } from '../local/problem.ts'

/** PROMETHEUS_URL, or the Prometheus of the local system. @throws Problem when there is none */
export async function prometheusUrl(): Promise<string> {
  const { PROMETHEUS_URL } = process.env
  const url = PROMETHEUS_URL ?? (await localUrl())
  if (url === undefined)
    throw new Problem('No Prometheus: start the shop with one (npm start -- --observe), or set PROMETHEUS_URL.')
  return url
}

async function localUrl(): Promise<string | undefined> {
  const text = await readFile(ENVIRONMENT, 'utf8').catch(() => '{}')
  return /"PROMETHEUS_URL":\s*"([^"]+)"/.exec(text)?.[1]
}
