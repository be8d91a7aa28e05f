/** Who a service is at PostgreSQL, and the only database that it sees. */
export interface DatabaseRole {
  readonly service: string
  readonly role: string
  readonly database: string
}

/** As `npm start` calls them: `client-ui` is `client_ui`. */
export const databaseRoles = (services: readonly string[]): DatabaseRole[] =>
  services.map((service) => {
    const name = service.replaceAll('-', '_')
    return { service, role: name, database: name }
  })

/**
 * For psql as a superuser; each password is a variable of psql's, best from the environment (`\getenv billing_password …`): a `ps`
 * listing shows what `-v` sets. It is what `petrel deploy` does with DATABASE_ADMIN_URL.
 */
export const databaseStatements = (roles: readonly DatabaseRole[]): string[] =>
  roles.flatMap(({ service, role, database }) => [
    `-- ${service}`,
    `create role "${role}" login password :'${role}_password';`,
    `create database "${database}" owner "${role}";`,
    `revoke connect on database "${database}" from public;`,
  ])
