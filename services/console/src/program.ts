import type { Program } from '@petrel/messaging/operations'

/** The console as Kafka sees it: its ACLs are derived from this. */
export const consoleProgram = { name: 'console', role: 'operates', group: 'petrel-console' } as const satisfies Program
