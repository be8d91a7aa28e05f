import { parse } from 'yaml'
import { z } from 'zod'

/** What one service brings to the chart of the whole shop. */
export interface ServiceValues {
  readonly name: string
  readonly text: string
}

const chart = z.object({ dependencies: z.array(z.object({ name: z.string(), alias: z.string().optional() })).default([]) })

/** Which services a chart has among its dependencies: others are installed for themselves, and their values are not its own. */
export function partsOfChart(manifest: string): (service: string) => boolean {
  const names = chart.parse(parse(manifest) ?? {}).dependencies.map(({ name, alias = name }) => alias)
  return (service) => names.includes(service)
}

const header = `# Made by \`npx petrel topology\` of charts/shop/global.yaml and of services/*/values.yaml, do not edit:
# change those, then run it.

`

/**
 * The values of all services in one file, each below its name, and what they share before them. Comments stand between
 * them, and no blank lines: a text that ends in line breaks would take those for its own.
 */
export function shopValues(global: string, services: readonly ServiceValues[]): string {
  const parts = services.map(({ name, text }) => `# services/${name}/values.yaml\n${name}:\n${indented(ended(text))}`)
  return header + [ended(global), ...parts].join('')
}

const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`)

/** Two spaces more for every line that has something on it; that changes no value in YAML's block style. */
const indented = (text: string): string => text.replaceAll(/(?<=^|\n)(?=[^\n])/g, '  ')
