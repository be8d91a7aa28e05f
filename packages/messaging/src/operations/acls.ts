import type { KafkaUser, Permission } from './permissions.ts'

/** One line of Kafka's authorizer. */
export interface Acl extends Pick<Permission, 'resource' | 'name'> {
  /** `User:billing` */
  readonly principal: string
  readonly pattern: string
  /** `read`; what is there may also be one that Petrel never gives. */
  readonly operation: string
  readonly permission: string
  /** From where; `*` for anywhere. */
  readonly host: string
}

/** What a Kafka's authorizer has written down. Only a user that may describe (or alter) the cluster may look (or change it). */
export interface Acls {
  /** All there are. @throws BrokerUnavailable */
  read(): Promise<Acl[]>
  /** @throws BrokerUnavailable; then some of them may be there */
  add(acls: readonly Acl[]): Promise<void>
  /** @throws BrokerUnavailable; then some of them may still be there */
  remove(acls: readonly Acl[]): Promise<void>
}

/** How far a broker is from what the endpoints say. */
export interface AclDrift {
  readonly missing: readonly Acl[]
  /** Of the same principals alone: those of others are not ours. */
  readonly superfluous: readonly Acl[]
}

/** By which name Kafka knows a user. With certificates it is their subject: `User:CN=billing`. */
export type PrincipalOf = (user: string) => string

/** A line for each operation. */
export const aclsOf = (users: readonly KafkaUser[], principalOf: PrincipalOf): Acl[] =>
  users.flatMap(({ name: user, permissions }) =>
    permissions.flatMap(({ operations, ...resource }) =>
      operations.map((operation) => ({ principal: principalOf(user), ...resource, operation, permission: 'allow', host: '*' })),
    ),
  )

export function aclDrift(wanted: readonly Acl[], there: readonly Acl[]): AclDrift {
  const principals = new Set(wanted.map(({ principal }) => principal))
  const [wantedKeys, thereKeys] = [new Set(wanted.map(keyOf)), new Set(there.map(keyOf))]
  return {
    missing: wanted.filter((acl) => !thereKeys.has(keyOf(acl))),
    superfluous: there.filter((acl) => principals.has(acl.principal) && !wantedKeys.has(keyOf(acl))),
  }
}

const keyOf = ({ principal, resource, pattern, name, operation, permission, host }: Acl) =>
  JSON.stringify([principal, resource, pattern, name, operation, permission, host])

/**
 * Adds what is missing and, with `prune`, takes away what the same principals have besides. Again changes nothing.
 * @returns how it was before. @throws BrokerUnavailable
 */
export async function applyAcls(acls: Acls, wanted: readonly Acl[], { prune }: { readonly prune: boolean }): Promise<AclDrift> {
  const drift = aclDrift(wanted, await acls.read())
  await acls.add(drift.missing)
  if (prune) await acls.remove(drift.superfluous)
  return drift
}
