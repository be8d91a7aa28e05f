/**
 * How much an endpoint writes into its audit topic. `all`: every message, and heartbeats. `replays`: heartbeats, and only
 * messages that a person has sent back. `off`: only these; who has sent one back is always told what became of it.
 */
export const auditModes = ['all', 'replays', 'off'] as const

export type AuditMode = (typeof auditModes)[number]
