import type { Program } from '@petrel/messaging/operations'

/** The exporter as Kafka sees it: its ACLs are derived from this. */
export const lagExporter: Program = { name: 'lag-exporter', role: 'watches' }
