import type { Schema } from './describeSchema.ts'

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
    properties: { global: { ...global, additionalProperties: false }, ...Object.fromEntries(services) },
    $defs: subscriber['$defs'],
  }
}
