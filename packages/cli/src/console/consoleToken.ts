import { readFile } from 'node:fs/promises'
import type { Environment } from '../addresses.ts'
import { Problem } from '../problem.ts'

/**
 * The token of the login provider with which a console is asked: PETREL_CONSOLE_TOKEN, or what the file of PETREL_CONSOLE_TOKEN_FILE
 * has now. @returns undefined where neither is set @throws Problem when the file cannot be read
 */
export async function consoleToken(env: Environment): Promise<string | undefined> {
  const { PETREL_CONSOLE_TOKEN: token, PETREL_CONSOLE_TOKEN_FILE: path } = env
  if (token !== undefined && token !== '') return token.trim()
  if (path === undefined || path === '') return undefined
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new Problem(`PETREL_CONSOLE_TOKEN_FILE names ${path}, which cannot be read: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}
