import type { TestSystem } from '../../test/support/stack.ts'

/** The databases of one shop, seen by the superuser, who is not counted. */
export interface ServiceDatabases {
  /** For `like`: all of them, and none of another shop. */
  readonly pattern: string
  urlOf(service: string): string
  serviceOf(database: string): string
}

/** Of one shop, whose databases are named after its prefix. */
export function serviceDatabases({ addresses, prefix }: Pick<TestSystem, 'addresses' | 'prefix'>): ServiceDatabases {
  const start = `${prefix.slice(0, -1)}_`
  return {
    pattern: `${start}%`,
    urlOf(service) {
      const url = new URL(addresses.databaseUrl)
      url.pathname = `/${start}${service.replaceAll('-', '_')}`
      return url.href
    },
    serviceOf: (database) => database.slice(start.length).replaceAll('_', '-'),
  }
}
