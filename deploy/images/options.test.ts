import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

const builder = { PETREL_IMAGE_BUILDER: 'buildah' }

test('without a word all services are built, with the tag of this version, and stay with the builder', () => {
  expect(readOptions([], builder)).toEqual({ services: [], tag: undefined, way: { builder: 'buildah', into: { to: 'none' } } })
})

test('what the command line says counts more than the environment', () => {
  const env = { ...builder, PETREL_IMAGE_INTO: 'kind', PETREL_IMAGE_COMMAND: 'my-builder' }
  const args = ['sales', 'billing', '--tag', '0.2.0', '--builder', 'docker', '--into', 'minikube:petrel']
  expect(readOptions(args, env)).toEqual({
    services: ['sales', 'billing'],
    tag: '0.2.0',
    way: { builder: 'docker', into: { to: 'minikube', profile: 'petrel' } },
  })
})

test("a command of the user's builds and brings; nobody looks for a builder then", () => {
  const env = { PETREL_IMAGE_COMMAND: ' my-builder image ', PATH: '/nothing/here' }
  expect(readOptions([], env).way).toEqual({ command: 'my-builder image' })
  expect(readOptions(['--into', 'command'], env).way).toEqual({ command: 'my-builder image' })
})

test.for([
  [['--tag', 'no tag'], 'letters, digits, dots and dashes'],
  [['--builder', 'kaniko'], 'one of docker, podman, buildah'],
  [['--into', 'orbit'], 'An image cannot go into "orbit"'],
  [['--into', 'command'], 'needs PETREL_IMAGE_COMMAND'],
  [['--colour', 'blue'], "Unknown option '--colour'"],
] as const)('%j is refused with what would be right', ([args, message]) => {
  expect(() => readOptions(args, builder)).toThrow(message)
})
