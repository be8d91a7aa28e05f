import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { Problem } from '../local/problem.ts'
import { buildCommand, findBuilder, type ImageBuild, ownCommand } from './builders.ts'

const sales: ImageBuild = {
  name: 'petrel/sales:0.1.0',
  context: '/clone',
  dockerfile: '/clone/deploy/Dockerfile',
  args: { SERVICE: 'sales', VERSION: '0.1.0' },
}
const dockerfile = '-f /clone/deploy/Dockerfile --build-arg SERVICE=sales --build-arg VERSION=0.1.0'

test.for([
  ['docker', `docker build -t petrel/sales:0.1.0 ${dockerfile} /clone`],
  ['podman', `podman build -t docker.io/petrel/sales:0.1.0 ${dockerfile} /clone`],
  ['buildah', `buildah build --layers -t docker.io/petrel/sales:0.1.0 ${dockerfile} /clone`],
] as const)('%s builds an image under the name that a cluster looks for', ([builder, expected]) => {
  expect(buildCommand(builder, sales).join(' ')).toBe(expected)
})

test("a command of the user's hears which image of which folder, and everything that a builder would hear", () => {
  const command = ownCommand('my-builder  image', sales)
  expect(command).toEqual(['my-builder', 'image', 'petrel/sales:0.1.0', '/clone', ...dockerfile.split(' ')])
})

test('a value with spaces stays one argument', () => {
  expect(buildCommand('docker', { ...sales, args: { SOURCE: 'a b' } })).toContain('SOURCE=a b')
})

test('the builder that is installed is taken; a file of its name that is no program is none', async () => {
  const [programs, files] = [await folder(), await folder()]
  await writeFile(join(files, 'docker'), '')
  await writeFile(join(programs, 'podman'), '', { mode: 0o755 })
  await writeFile(join(programs, 'buildah'), '', { mode: 0o755 })
  expect(findBuilder([files, programs].join(delimiter))).toBe('podman')
  expect(() => findBuilder(files)).toThrow(
    new Problem(
      'Nothing is here that builds images: install docker, podman, buildah, or name a command of your own in PETREL_IMAGE_COMMAND.',
    ),
  )
  await Promise.all([programs, files].map((each) => rm(each, { recursive: true })))
})

const folder = () => mkdtemp(join(tmpdir(), 'petrel-path-'))
