import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { LOCAL } from '../../deploy/local/folders.ts'

const run = promisify(execFile)

/** Python 3.11 or newer that can make virtual environments, which on Debian is a package of its own. */
export async function hasPython(): Promise<boolean> {
  try {
    await run('python3', ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'])
    return true
  } catch {
    return false
  }
}

/** A virtual environment with what a requirements.txt asks for; made once for each content. @returns its interpreter */
export async function pythonWith(requirements: string): Promise<string> {
  const content = await readFile(requirements, 'utf8')
  const { stdout: version } = await run('python3', ['--version'])
  const digest = createHash('sha256').update(`${version}${content}`).digest('hex').slice(0, 12)
  const folder = join(LOCAL, 'python', digest)
  const [interpreter, complete] = [join(folder, 'bin', 'python3'), join(folder, 'complete')]
  if (existsSync(complete)) return interpreter
  await rm(folder, { recursive: true, force: true })
  await run('python3', ['-m', 'venv', folder])
  await run(interpreter, ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '-r', requirements])
  await writeFile(complete, '')
  return interpreter
}
