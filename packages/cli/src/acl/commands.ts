import type { KafkaUser, Permission, PrincipalOf } from '@petrel/messaging/operations'

/**
 * Calls of Kafka's own tool, one for each set of operations of a user. `$BROKERS` and `$ADMIN` (a file with the settings of who may alter
 * the cluster) are for the shell.
 */
export const kafkaAclsCommands = (users: readonly KafkaUser[], principalOf: PrincipalOf): string[] =>
  users.flatMap((user) => [
    `# ${user.name}`,
    ...callsFor(user.permissions).map((call) => `${tool} --allow-principal ${quoted(principalOf(user.name))} ${call}`),
  ])

const tool = 'kafka-acls.sh --bootstrap-server "$BROKERS" --command-config "$ADMIN" --add'

/** Each start of the tool takes a second: what allows the same goes together. */
function callsFor(permissions: readonly Permission[]): string[] {
  const same = Map.groupBy(permissions, ({ resource, pattern, operations }) => [resource, pattern, ...operations].join(' '))
  return [...same.values()].map((group) => {
    const [{ resource, pattern, operations }] = group as [Permission]
    const allowed = operations.map((operation) => `--operation ${javaName(operation)}`)
    const names = group.map(({ name }) => (resource === 'cluster' ? '--cluster' : `--${resource} ${quoted(name)}`))
    return [...allowed, ...(pattern === 'prefixed' ? ['--resource-pattern-type prefixed'] : []), ...names].join(' ')
  })
}

/** `describe-configs` is `DescribeConfigs`. */
export const javaName = (operation: string): string =>
  operation.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())

const quoted = (text: string) => (/^[\w.:=*-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
