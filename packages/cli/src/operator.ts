import { hostname, userInfo } from 'node:os'

/** Who runs the command, for the marks: `ada@laptop`. */
export const operator = (): string => `${userName()}@${hostname()}`

function userName(): string {
  try {
    return userInfo().username
  } catch (error) {
    // In a container the user often has a number and no name.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}
