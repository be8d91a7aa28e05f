/** Something that is wrong: a name that never changes, a sentence, and what a person can do. */
export interface Finding {
  readonly code: FaultCode
  readonly what: string
  readonly wayOut: string
}

/** Looks at what was found out. No finding means that nothing is wrong there. */
export type Check<Facts> = (facts: Facts) => Finding[]

/** Names for logs, documents and tests: one is never given to another fault. */
export type FaultCode =
  | 'NODE_TOO_OLD'
  | 'JAVA_UNUSABLE'
  | 'MAVEN_MISSING'
  | 'PORT_TAKEN'
  | 'DISK_FULL'
  | 'KAFKA_UNREACHABLE'
  | 'KAFKA_ADDRESS_UNUSABLE'
  | 'KAFKA_LOGIN'
  | 'REGISTRY_UNREACHABLE'
  | 'REGISTRY_WRONG_PATH'
  | 'REGISTRY_LOGIN'
  | 'NOT_DEPLOYED'
  | 'PARTITIONS_DIFFER'
  | 'ONE_COPY'
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_LOGIN'
  | 'MIGRATIONS_PENDING'
  | 'NOBODY_READS'
  | 'DEAD_LETTERS'
  | 'NO_CLUSTER'
  | 'NOTHING_INSTALLED'
  | 'RELEASE_FAILED'
  | 'KEDA_MISSING'
  | 'SCALER_FAILS'
  | 'SCALER_PAUSED'
  | 'IMAGE_NOT_PULLED'
  | 'CRASH_LOOP'
  | 'OUT_OF_MEMORY'
  | 'NOT_READY'
  | 'DEPLOY_FAILED'
  | 'REMOVAL_FAILED'
  | 'TOPICS_SHARED'
  | 'SECRET_MISSING'
  | 'NO_ROOM'
  | 'QUOTA_EXCEEDED'
  | 'POD_FORBIDDEN'
  | 'DNS_BLOCKED'
