import { existsSync, globSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const patterns = ['*.md', 'docs/**/*.md', 'schemas/**/*.md', '{bench,charts,deploy,load,packages,services,test}/**/README.md']
const documents = globSync(patterns, { cwd: root, exclude: ['**/node_modules'] })
/** A decision describes the day it was made, and may show code that has changed since. */
const living = documents.filter((path) => !path.startsWith('docs/decisions/'))

/** `[…](path)`, leaving out the web. */
const link = /\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g
const block = /```(?:ts|python)\n([\s\S]*?)```/g

/** A test follows these word by word, and makes the files that they show. */
const followed = ['docs/guides/adding-a-subscriber.md']

interface Example {
  readonly code: string
  /** The last file that the text names before the code. */
  readonly file: string | undefined
}

function examplesIn(document: string): Example[] {
  const text = read(document)
  return [...text.matchAll(block)].map((match) => {
    const before = [...text.slice(0, match.index).matchAll(link)].at(-1)?.[1]
    return { code: match[1] ?? '', file: before === undefined ? undefined : join(dirname(document), before) }
  })
}

/** A document shows a piece of a file in its own indentation. */
const unindented = (code: string) => code.replaceAll(/^\s+/gm, '').trimEnd()

/** A line `// …`, or `# …` in Python, leaves something out. */
const pieces = (code: string) => unindented(code).split(/^(?:\/\/|#) …$/m)

test('every example in the documents is copied word for word from the file that is named before it', () => {
  const shown = living.filter((document) => !followed.includes(document))
  const examples = shown.flatMap((document) => examplesIn(document).map((example) => ({ document, ...example })))
  expect(examples.length).toBeGreaterThan(0)
  for (const { document, code, file } of examples) {
    expect(file, `${document}: which file is this from?\n${code}`).toBeDefined()
    const source = unindented(read(file ?? ''))
    for (const piece of pieces(code)) expect(source, `${document}: not as in ${file}`).toContain(piece.trim())
  }
})

test('every file that the documents link to is there', () => {
  const named = documents.flatMap((document) =>
    [...read(document).matchAll(link)].map((match) => [document, match[1] ?? ''] as const),
  )
  const missing = named.filter(([document, path]) => !existsSync(join(root, dirname(document), path)))
  expect(missing).toEqual([])
})

test('every command that the documents name is there', () => {
  const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)
  const unknown = documents.flatMap((document) =>
    [...read(document).matchAll(/(?:^|`)npm (?:run )?([a-z]+(?::[a-z]+)?)\b/gm)]
      .map((match) => match[1] ?? '')
      .filter((name) => !['ci', 'rebuild', 'run', ...scripts].includes(name))
      .map((name) => `${document}: npm run ${name}`),
  )
  expect(unknown).toEqual([])
})

test('there is a reason for each dependency, and no reason for one that is gone', async () => {
  const folders = ['.', ...(await Promise.all(['packages', 'services'].map(packagesIn))).flat()]
  const used = new Set([...folders.flatMap(dependenciesOf), ...pythonPackages()].filter((name) => !name.startsWith('@petrel/')))
  // Artifacts of Maven and images have tables of their own.
  const tables = read('docs/dependencies.md')
    .split(/^## /m)
    .filter((section) => section.includes('\n| package |'))
  const names = tables.flatMap((table) => [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap((row) => (row[1] ?? '').split(', ')))
  const reasons = new Set(names.filter((name) => name !== 'package'))
  expect([...reasons].toSorted()).toEqual([...used].toSorted())
})

async function packagesIn(folder: string): Promise<string[]> {
  return (await readdir(join(root, folder)))
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(root, path, 'package.json')))
}

/** The fuzzer comes with all that it needs itself, pinned; only it was chosen. */
const pythonPackages = () => [
  ...requirementsIn('docs/guides/python-subscriber'),
  ...requirementsIn('services/console/src/http/fuzz').filter((name) => name === 'schemathesis'),
]

const requirementsIn = (folder: string) =>
  read(join(folder, 'requirements.txt'))
    .trim()
    .split('\n')
    .map((line) => line.replace(/(\[.*\])?==.*/, ''))

function dependenciesOf(folder: string): string[] {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(read(join(folder, 'package.json'))) as Record<string, object>
  return Object.keys({ ...dependencies, ...devDependencies })
}
