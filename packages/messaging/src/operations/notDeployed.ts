/** Something that is not there, and the endpoint whose deployment makes it. */
export interface Missing {
  readonly what: string
  readonly owner: string
}

/** An endpoint cannot run yet; the message says what is missing and what to run. */
export class NotDeployed extends Error {
  override readonly name = 'NotDeployed'
  readonly missing: readonly Missing[]

  constructor(endpoint: string, missing: readonly Missing[]) {
    const owners = [...new Set(missing.map(({ owner }) => owner))]
    super(`Endpoint "${endpoint}" is not deployed: ${listed(missing)} missing. Run: petrel deploy ${owners.join(' ')}`)
    this.missing = missing
  }
}

/** A topic exists with another number of partitions than its endpoint defines: only a person can decide what to do. */
export class PartitionCountMismatch extends Error {
  override readonly name = 'PartitionCountMismatch'
  readonly topic: string
  /** Whether it was given partitions: then a key may be in two of them already. */
  readonly hasMore: boolean

  constructor(endpoint: string, topic: string, found: number, wanted: number) {
    super(
      `Topic ${topic} has ${found} ${found === 1 ? 'partition' : 'partitions'}, but endpoint "${endpoint}" wants ${wanted}. ` +
        "Partitions are never changed, since a key's records would then be in two of them: " +
        'write the number that is there into the endpoint, or delete the topic if its records can go, and deploy again.',
    )
    this.topic = topic
    this.hasMore = found > wanted
  }
}

/** A service's database is not as its migrations want it. */
export class NotMigrated extends Error {
  override readonly name = 'NotMigrated'

  constructor(endpoint: string, cause: unknown) {
    // A connection refused on every address has its reason in the code only.
    const { message, code } = cause as { message?: string; code?: string }
    super(`The database of "${endpoint}" could not be migrated: ${message || code || String(cause)}`, { cause })
  }
}

function listed(missing: readonly Missing[]): string {
  const names = missing.map(({ what }) => what)
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
  return `${new Intl.ListFormat('en').format(shown)} ${names.length === 1 ? 'is' : 'are'}`
}
