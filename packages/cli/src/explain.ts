/** Errors whose message says what happened and what to do; any other is a fault in Petrel, and its stack helps to find it. */
const sayItAll = new Set([
  'Problem',
  'NotDeployed',
  'PartitionCountMismatch',
  'NotMigrated',
  'BrokerUnavailable',
  'RegistryUnavailable',
  'IncompatibleSchema',
])

/** An error for the terminal. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return sayItAll.has(error.name) ? error.message : (error.stack ?? error.message)
}
