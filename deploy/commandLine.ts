import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { ROOT } from './local/folders.ts'
import { Problem } from './local/problem.ts'

export interface RunOptions {
  /** Goes to its standard input. */
  readonly input?: string
  /** Then it is ended, and has failed. */
  readonly withinMs?: number
}

/** Runs a program and gives what it printed. Arguments go as they are: no shell reads them. @throws Problem with what it said */
export async function run(program: string, args: readonly string[], { input = '', withinMs }: RunOptions = {}): Promise<string> {
  const child = spawn(program, args, { cwd: ROOT, stdio: 'pipe', timeout: withinMs })
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve(signal ?? code))
  })
  // One that ends without reading has said why.
  child.stdin.on('error', () => {}).end(input)
  const [code, output, complaint] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  if (code === 0) return output.trim()
  const said = [output, complaint].map((words) => words.trim()).filter(Boolean)
  throw new Problem(`${[program, ...args].join(' ')}\nended with ${code}:\n${said.join('\n')}`)
}

/** The same, with its output on the terminal as it comes. */
export async function show(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit' })
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Problem(`${[program, ...args].join(' ')} ended with ${String(code)}; its own message is above.`)
}

/** Whether it ends well; what it says does not matter. */
export async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  )
}
