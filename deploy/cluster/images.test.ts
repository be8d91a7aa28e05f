import { expect, test } from 'vitest'
import { CLUSTERS } from './clusters.ts'
import { checkImagesInto, imageRegistry } from './images.ts'
import { readSettings } from './settings.ts'

test('kind and minikube get their images without a word from anybody', () => {
  for (const CLUSTER of ['kind', 'minikube'] as const) {
    expect(() => checkImagesInto(CLUSTERS[CLUSTER], readSettings({ CLUSTER }))).not.toThrow()
  }
})

test('for a cluster of your own you are asked how images get into it, before anything is made there', () => {
  expect(() => checkImagesInto(CLUSTERS.current, readSettings({ CLUSTER: 'current' }))).toThrow(/PETREL_IMAGE_INTO=registry:/)
})

test('a registry, or a command that builds and brings, will do for a cluster of your own', () => {
  for (const way of [{ PETREL_IMAGE_INTO: 'registry:ghcr.io/acme' }, { PETREL_IMAGE_COMMAND: 'build-and-bring' }]) {
    expect(() => checkImagesInto(CLUSTERS.current, readSettings({ CLUSTER: 'current', ...way }))).not.toThrow()
  }
})

test('images that went to a registry are pulled from there, and others are on the nodes', () => {
  expect(imageRegistry(readSettings({ CLUSTER: 'current', PETREL_IMAGE_INTO: 'registry:ghcr.io/acme' }))).toBe('ghcr.io/acme')
  expect(imageRegistry(readSettings({ CLUSTER: 'kind' }))).toBe('')
})
