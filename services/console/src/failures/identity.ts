import { uuid5 } from '@petrel/messaging'

/** Drawn once: changing it would make every failure another one. */
const namespaces = {
  failure: '1b0c3a5e-6d0f-4f43-9b37-0f5f3f6b7a11',
  failing: 'c7a1d9de-31c4-4a8e-a0a4-5d7be0a6f2b9',
} as const

/** A failure is a message at an endpoint: one event that fails in two subscribers is two. */
export const failureId = (endpoint: string, source: string, id: string): string =>
  uuid5(namespaces.failure, JSON.stringify([endpoint, source, id]))

/** @param failing as the library names the copies of one failing */
export const failingId = (endpoint: string, failing: string): string =>
  uuid5(namespaces.failing, JSON.stringify([endpoint, failing]))
