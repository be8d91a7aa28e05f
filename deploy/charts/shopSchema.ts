import type { Schema } from './describeSchema.ts'

const texts = { type: 'object', additionalProperties: { type: 'string' } }

/** Only the shop has them: a service alone is on the dashboard of one subscriber anyway. */
const dashboards = {
  type: 'object',
  additionalProperties: false,
  description: 'Grafana dashboards, as ConfigMaps for its sidecar.',
  properties: {
    enabled: { type: 'boolean', description: 'Whether they are installed; it needs a Grafana with the sidecar.' },
    labels: { ...texts, minProperties: 1, description: 'By which the sidecar finds them.' },
    annotations: { ...texts, description: 'For example the folder in Grafana.' },
    runbooks: { type: 'string', pattern: '^(https?://.+)?$', description: 'Where docs/runbooks can be read in a browser.' },
  },
}

/** The schema of the shop: its services, whose values the chart of each checks, and what they share. */
export function shopSchema(subscriber: Schema, aliases: readonly string[]): Schema {
  const { $comment: _, ...global } = subscriber.properties?.['global'] ?? {}
  const services = aliases.map((alias) => [alias, { type: 'object', description: `Values of charts/subscriber for ${alias}.` }])
  return {
    $schema: subscriber['$schema'],
    title: 'shop',
    type: 'object',
    additionalProperties: false,
    // No other chart shares the shop's release, so a word that none of its charts knows is a mistake here.
    properties: {
      global: { ...global, properties: { ...global.properties, dashboards }, additionalProperties: false },
      ...Object.fromEntries(services),
    },
    $defs: subscriber['$defs'],
  }
}
