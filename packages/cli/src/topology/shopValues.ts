/** What one service brings to the chart of the whole shop. */
export interface ServiceValues {
  readonly name: string
  readonly text: string
}

const header = `# Made by \`npx petrel topology\` of charts/shop/global.yaml and of services/*/values.yaml, do not edit:
# change those, then run it.

`

/** The values of all services in one file, each below its name, and what they share before them. */
export function shopValues(global: string, services: readonly ServiceValues[]): string {
  const parts = services.map(({ name, text }) => `${name}:\n${indented(text)}`)
  return header + [global, ...parts].map((part) => `${part.trimEnd()}\n`).join('\n')
}

/** Two spaces more for every line that has something on it; that changes no value in YAML's block style. */
const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')
