import { expect } from 'vitest'
import type { RunningService } from '../support/stack.ts'

export type Labels = Readonly<Record<string, string>>

/** What a process shows on its ops port at one moment. */
export interface Scrape {
  readonly text: string
  /** The sum of all series with this name and at least these labels; undefined when there is none. */
  sum(name: string, labels?: Labels): number | undefined
}

/** @returns a function that scrapes the process, as Prometheus does */
export async function scraping(service: RunningService): Promise<() => Promise<Scrape>> {
  const { port } = await service.logged(({ event }) => event === 'ops')
  return async () => {
    const headers = { accept: 'application/openmetrics-text; version=1.0.0' }
    const response = await fetch(`http://127.0.0.1:${String(port)}/metrics`, { headers })
    expect(response.headers.get('content-type')).toContain('application/openmetrics-text')
    return scrapeOf(await response.text())
  }
}

export function scrapeOf(text: string): Scrape {
  const samples = text.split('\n').flatMap((line) => sampleOf(line) ?? [])
  return {
    text,
    sum(name, labels = {}) {
      const found = samples.filter((sample) => sample.name === name && has(sample.labels, labels))
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
    },
  }
}

/** `name{label="value",…} 17`, perhaps with an exemplar behind it. */
function sampleOf(line: string): { name: string; labels: Labels; value: number } | undefined {
  const [, name, labels = '', value] = /^([a-z]\w*)(?:\{([^}]*)\})? (\S+)/.exec(line) ?? []
  if (name === undefined) return undefined
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', text = '']) => [label, text] as const)
  return { name, labels: Object.fromEntries(pairs), value: Number(value) }
}

const has = (all: Labels, wanted: Labels) => Object.entries(wanted).every(([name, value]) => all[name] === value)
