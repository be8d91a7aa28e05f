import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Acl,
  aclDrift,
  type AclDrift,
  aclsOf,
  applyAcls,
  kafkajsAcls,
  type KafkaUser,
  silentLog,
} from '@petrel/messaging/operations'
import { findAddresses } from '../addresses.ts'
import type { ProjectContext } from '../commandContext.ts'
import { Problem } from '../problem.ts'
import { paint } from '../screen.ts'
import { servicesWithDatabase } from '../services.ts'
import { kafkaCluster } from '../topology/kafkaTopics.ts'
import { kafkaAclsCommands } from './commands.ts'
import { databaseRoles, databaseStatements } from './databaseRoles.ts'
import { kafkaUserManifests } from './manifests.ts'
import { projectUsers } from './users.ts'

export const forms = ['commands', 'strimzi', 'json', 'sql'] as const

export interface AclOptions {
  readonly as: (typeof forms)[number]
  readonly check?: true
  readonly apply?: true
  readonly prune?: true
  /** `User:CN={user}` */
  readonly principal: string
  readonly faultTopic?: string
}

/**
 * `petrel acl`: prints what each service may do; compares it with a broker, or writes it there.
 * @param names of users; all of them when none is named. @returns with `--check`, whether the broker has it so
 */
export async function aclCommand(context: ProjectContext, names: readonly string[], options: AclOptions): Promise<boolean> {
  if (options.prune && !options.apply) throw new Problem('--prune goes with --apply: it takes away what is superfluous.')
  if (options.check || options.apply) return changeOrCheck(context, names, options)
  const { root, out, env } = context
  const users = chosen(await projectUsers(root, { prefix: env['TOPIC_PREFIX'] ?? '', faultTopic: options.faultTopic }), names)
  const roles = databaseRoles(servicesWithDatabase(root).filter((service) => names.length === 0 || names.includes(service)))
  if (options.as === 'json') out.json({ kafkaUsers: users.map(withPrincipal(options)), databaseRoles: roles })
  else for (const line of await linesOf(options, users, root, roles)) out.line(line)
  return true
}

async function linesOf(
  options: AclOptions,
  users: readonly KafkaUser[],
  root: string,
  roles: ReturnType<typeof databaseRoles>,
): Promise<string[]> {
  if (options.as === 'sql') return databaseStatements(roles)
  if (options.as === 'commands') return kafkaAclsCommands(users, principalOf(options))
  const manifests = await readFile(join(root, 'k8s', 'production', 'kafka.yaml'), 'utf8').catch(() => '')
  return kafkaUserManifests(users, kafkaCluster(manifests)).trimEnd().split('\n')
}

const principalOf =
  ({ principal }: AclOptions) =>
  (user: string): string =>
    principal.replaceAll('{user}', user)

const withPrincipal = (options: AclOptions) => (user: KafkaUser) => ({
  name: user.name,
  principal: principalOf(options)(user.name),
  permissions: user.permissions,
})

/** @throws Problem when one of them is not there */
function chosen(users: readonly KafkaUser[], names: readonly string[]): readonly KafkaUser[] {
  const known = users.map(({ name }) => name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Problem(`There is no user ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
  return names.length === 0 ? users : users.filter(({ name }) => names.includes(name))
}

async function changeOrCheck(context: ProjectContext, names: readonly string[], options: AclOptions): Promise<boolean> {
  const { root, env, out } = context
  const { kafka, prefix } = await findAddresses(env, root)
  const users = chosen(await projectUsers(root, { prefix, faultTopic: options.faultTopic }), names)
  const acls = kafkajsAcls({ ...kafka, clientId: 'petrel', log: silentLog })
  const wanted = aclsOf(users, principalOf(options))
  if (!options.apply) return report(aclDrift(wanted, await acls.read()), context)
  const drift = await applyAcls(acls, wanted, { prune: options.prune ?? false })
  for (const acl of drift.missing) out.line(`added       ${lineOf(acl)}`)
  for (const acl of drift.superfluous) out.line(options.prune ? `removed     ${lineOf(acl)}` : `superfluous ${lineOf(acl)}`)
  if (!options.prune && drift.superfluous.length > 0) out.line('What is superfluous stays; --prune takes it away.')
  out.line(paint('green', 'Each of these users may do what its service does.'))
  return true
}

function report({ missing, superfluous }: AclDrift, { out }: ProjectContext): boolean {
  for (const acl of missing) out.line(paint('red', `missing     ${lineOf(acl)}`))
  for (const acl of superfluous) out.line(paint('red', `superfluous ${lineOf(acl)}`))
  const isSame = missing.length + superfluous.length === 0
  out.line(
    isSame
      ? 'Kafka lets these users do what their services do, and nothing else.'
      : 'Run petrel acl --apply as a user that may alter the cluster; --prune also takes away what is superfluous.',
  )
  return isSame
}

const lineOf = ({ principal, permission, operation, resource, name, pattern, host }: Acl) =>
  `${principal} ${permission === 'allow' ? 'may' : 'may not'} ${operation} ${resource} ${name}${pattern === 'prefixed' ? '…' : ''}` +
  (host === '*' ? '' : ` from ${host}`)
