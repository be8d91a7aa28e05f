import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../deploy/local/folders.ts'
import { linkModules } from './linkModules.ts'

const run = promisify(execFile)

/** A block of a guide: a file to write, or commands to run. */
export interface Step {
  readonly language: string
  readonly text: string
  /** The path that the sentence before it names; only for files. */
  readonly file: string | undefined
}

/** Every block of a guide, in order. */
export async function stepsOfGuide(name: string): Promise<Step[]> {
  const markdown = await readFile(join(ROOT, 'docs/guides', `${name}.md`), 'utf8')
  return [...markdown.matchAll(/((?:^[^\n]+\n)*)\n?```(\w+)\n(.*?)```/gms)].map(([, before = '', language = '', text = '']) => ({
    language,
    text,
    file: language === 'sh' ? undefined : /`([\w./-]+)`:?\s*$/.exec(before)?.[1],
  }))
}

export interface Clone extends AsyncDisposable {
  /** The lines of a file that it shows which are not in the clone's yet. */
  newLines(step: Step): Promise<string[]>
  /** Does what a block says. @returns what its commands printed @throws Error with what they complained of */
  follow(step: Step, change?: (text: string) => string): Promise<string>
}

/** A clone of what is committed here, with everything that is installed here, as somebody who follows a guide has it. */
export async function freshClone(): Promise<Clone> {
  const folder = await mkdtemp(join(tmpdir(), 'petrel-clone-'))
  await run('git', ['clone', '--quiet', ROOT, folder])
  await linkModules(folder)
  return {
    async newLines({ text, file = '' }) {
      const there = new Set((await readFile(join(folder, file), 'utf8').catch(() => '')).split('\n'))
      return text.split('\n').filter((line) => line !== '' && !there.has(line))
    },
    async follow({ language, text, file }, change = (same) => same) {
      if (language === 'sh') {
        const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', change(text)], {
          cwd: folder,
          maxBuffer: 64 * 1024 * 1024,
          env: { ...process.env, NO_COLOR: '1' },
        })
        return stdout
      }
      if (file === undefined) throw new Error(`No file is named before this block:\n${text}`)
      await writeFile(join(folder, file), text)
      return ''
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
