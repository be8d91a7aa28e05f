import { aclsOf, applyAcls, kafkajsAcls, silentLog } from '@petrel/messaging/operations'
import { projectUsers } from '../../../packages/cli/src/acl/users.ts'
import { ROOT } from '../folders.ts'
import { ADMINISTRATOR } from '../stack/security.ts'
import type { StackAddresses } from '../stack/stack.ts'
import { connectionsOf } from './connections.ts'

interface Options {
  readonly prefix: string
  /** Whether nobody else uses this Kafka, so that what services are allowed besides can go. */
  readonly prune: boolean
}

/** Lets each service do what its endpoint says, in a Kafka that asks; in another one, nothing has to be done. */
export async function allowServices(addresses: StackAddresses, { prefix, prune }: Options): Promise<void> {
  if (addresses.access === undefined) return
  const acls = kafkajsAcls({ ...connectionsOf(addresses, ADMINISTRATOR).kafka, clientId: 'administrator', log: silentLog })
  await applyAcls(
    acls,
    aclsOf(await projectUsers(ROOT, { prefix }), (user) => `User:${user}`),
    { prune },
  )
}
