import { Client, escapeIdentifier, escapeLiteral } from 'pg'

/**
 * A database and a role of the same name, for one service alone: it owns the one and may enter no other.
 * What is there already stays. @returns the URL that the service connects with.
 */
export async function ensureDatabase(superuserUrl: string, name: string): Promise<string> {
  await asSuperuser(superuserUrl, async (client) => {
    const role = escapeIdentifier(name)
    if (!(await exists(client, 'pg_roles', 'rolname', name)))
      await client.query(`create role ${role} login password ${escapeLiteral(name)}`)
    if (!(await exists(client, 'pg_database', 'datname', name))) {
      await client.query(`grant ${role} to current_user`)
      await client.query(`create database ${role} owner ${role}`)
    }
    await client.query(`revoke connect on database ${role} from public`)
  })
  const url = new URL(superuserUrl)
  url.username = name
  url.password = name
  url.pathname = `/${name}`
  return url.href
}

/** The opposite of {@link ensureDatabase}; whoever is still connected is cut off. */
export async function dropDatabase(superuserUrl: string, name: string): Promise<void> {
  await asSuperuser(superuserUrl, async (client) => {
    await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`)
    await client.query(`drop role if exists ${escapeIdentifier(name)}`)
  })
}

/** The name of a service's database and role: `client-ui` has `client_ui`. */
export const databaseName = (service: string): string => service.replaceAll('-', '_')

async function exists(client: Client, catalogue: string, column: string, name: string): Promise<boolean> {
  const { rowCount } = await client.query(`select from ${catalogue} where ${column} = $1`, [name])
  return rowCount === 1
}

async function asSuperuser(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
