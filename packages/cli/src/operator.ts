import { hostname, userInfo } from 'node:os'
import type { Environment } from './addresses.ts'

/** Who runs the command, for the marks: `ada@laptop`. Who runs it from a laptop in a pod is named by PETREL_OPERATOR. */
export const operator = (env: Environment): string => env['PETREL_OPERATOR'] ?? `${userName()}@${hostname()}`

function userName(): string {
  try {
    return userInfo().username
  } catch (error) {
    // In a container the user often has a number and no name.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}
