import { parser } from '@prometheus-io/lezer-promql'

/** What is wrong with a query's grammar: the text from where it cannot be read. */
export function syntaxErrors(expression: string): string[] {
  const errors: string[] = []
  parser.parse(expression).iterate({
    enter: ({ type, from }) => {
      if (type.isError) errors.push(expression.slice(from))
    },
  })
  return errors
}

/** The metrics that a query reads, each once. */
export const metricsIn = (expression: string): string[] => [...new Set(found(expression, 'VectorSelector').map(nameOf))]

/** Each metric with its labels, as a query of its own. */
export const selectorsIn = (expression: string): string[] => [...new Set(found(expression, 'VectorSelector'))]

export const nameOf = (selector: string): string => /^[a-zA-Z_:][\w:]*/.exec(selector)?.[0] ?? ''

function found(expression: string, node: string): string[] {
  const texts: string[] = []
  parser.parse(expression).iterate({
    enter: ({ name, from, to }) => {
      if (name === node) texts.push(expression.slice(from, to))
    },
  })
  return texts
}
