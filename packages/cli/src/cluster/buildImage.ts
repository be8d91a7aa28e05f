import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ProjectContext } from '../commandContext.ts'
import { Problem } from '../problem.ts'

/** As `npm run images` takes them. */
export interface ImageOptions {
  readonly tag?: string
  readonly builder?: string
  readonly into?: string
}

/** `petrel image`: `npm run images` for one service. How it is built and where it goes are settings of that. */
export async function buildImage({ root, env }: ProjectContext, service: string, options: ImageOptions): Promise<true> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn('npm', ['run', '--silent', 'images', '--', service, ...args], { cwd: root, env, stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Problem(`The image of ${service} was not built.`)
  return true
}
