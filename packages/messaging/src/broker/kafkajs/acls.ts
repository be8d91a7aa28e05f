import kafkajs, { type AclEntry, type AclFilter, type DescribeAclResource } from 'kafkajs'
import type { Acl, Acls } from '../../operations/acls.ts'
import { accessTo } from './access.ts'
import { withClient } from './cluster.ts'
import type { KafkajsSettings } from './settings.ts'

/** Connects for each call. */
export function kafkajsAcls({ brokers, clientId, log, ...connection }: KafkajsSettings): Acls {
  const settings = { brokers, clientId, log, access: accessTo(connection, log) }
  const withAdmin = <T>(what: string, work: (admin: kafkajs.Admin) => Promise<T>) =>
    withClient(settings, what, async ({ kafka }) => {
      const admin = kafka.admin()
      await admin.connect()
      return work(admin)
    })
  return {
    read: () =>
      withAdmin('Could not read the ACLs', async (admin) => (await admin.describeAcls(all)).resources.flatMap(aclsOfResource)),
    add: (acls) =>
      withAdmin('Could not add ACLs', async (admin) => {
        for (const some of inParts(acls)) await admin.createAcls({ acl: some.map(entryOf) })
      }),
    remove: (acls) =>
      withAdmin('Could not take ACLs away', async (admin) => {
        for (const some of inParts(acls)) await admin.deleteAcls({ filters: some.map(entryOf) })
      }),
  }
}

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs

const all = {
  resourceType: AclResourceTypes.ANY,
  resourcePatternType: ResourcePatternTypes.ANY,
  operation: AclOperationTypes.ANY,
  permissionType: AclPermissionTypes.ANY,
} as AclFilter

/** Kafka writes those of one request into one batch of its metadata, which takes 10 000 records. */
const atOnce = 500

function* inParts(acls: readonly Acl[]): Generator<readonly Acl[]> {
  for (let from = 0; from < acls.length; from += atOnce) yield acls.slice(from, from + atOnce)
}

const entryOf = ({ resource, name, pattern, principal, host, operation, permission }: Acl): AclEntry => ({
  resourceType: numberOf(AclResourceTypes, resource),
  resourceName: name,
  resourcePatternType: numberOf(ResourcePatternTypes, pattern),
  principal,
  host,
  operation: numberOf(AclOperationTypes, operation),
  permissionType: numberOf(AclPermissionTypes, permission),
})

const aclsOfResource = ({ resourceType, resourceName, resourcePatternType, acls }: DescribeAclResource): Acl[] =>
  acls.map(({ principal, host, operation, permissionType }) => ({
    principal,
    resource: nameOf(AclResourceTypes, resourceType) as Acl['resource'],
    pattern: nameOf(ResourcePatternTypes, resourcePatternType),
    name: resourceName,
    operation: nameOf(AclOperationTypes, operation),
    permission: nameOf(AclPermissionTypes, permissionType),
    host,
  }))

/** kafkajs numbers them as the protocol does, and calls them `DESCRIBE_CONFIGS`. */
type Numbers = Readonly<Record<string, string | number>>

const numberOf = (numbers: object, name: string): number => {
  const number = (numbers as Numbers)[name.replaceAll('-', '_').toUpperCase()]
  if (typeof number !== 'number') throw new Error(`Kafka has no ${name} in its ACLs`)
  return number
}

const nameOf = (numbers: object, number: number): string => {
  const found = Object.entries(numbers as Numbers).find(([, each]) => each === number)
  return (found?.[0] ?? `number ${number}`).replaceAll('_', '-').toLowerCase()
}
