import { dropDatabase as drop, ensureDatabase as ensure } from '@petrel/messaging/operations'

/**
 * A database and a role of the same name, for one service alone: it owns the one and may enter no other.
 * What is there already stays. @param password of the role. @returns the URL that the service connects with.
 */
export async function ensureDatabase(superuserUrl: string, name: string, password = name): Promise<string> {
  const url = urlOf(superuserUrl, name, password)
  await ensure(superuserUrl, url)
  return url
}

/** The opposite of {@link ensureDatabase}; whoever is still connected is cut off. */
export async function dropDatabase(superuserUrl: string, name: string): Promise<void> {
  await drop(superuserUrl, urlOf(superuserUrl, name))
}

/** The name of a service's database and role: `client-ui` has `client_ui`. */
export const databaseName = (service: string): string => service.replaceAll('-', '_')

function urlOf(superuserUrl: string, name: string, password = name): string {
  const url = new URL(superuserUrl)
  url.username = name
  url.password = encodeURIComponent(password)
  url.pathname = `/${name}`
  return url.href
}
