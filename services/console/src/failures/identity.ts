import { uuid5 } from '@petrel/messaging'

/** Drawn once: changing it would make every failure another one. */
const namespaces = {
  failure: '1b0c3a5e-6d0f-4f43-9b37-0f5f3f6b7a11',
  group: '8f4b8a52-2f5a-4f6d-8b1e-9a7d53c1e0c4',
  failing: 'c7a1d9de-31c4-4a8e-a0a4-5d7be0a6f2b9',
} as const

/** A failure is a message at an endpoint: one event that fails in two subscribers is two. */
export const failureId = (endpoint: string, source: string, id: string): string =>
  uuid5(namespaces.failure, JSON.stringify([endpoint, source, id]))

/** Failures at one place of one endpoint's code. */
export const groupId = (endpoint: string, errorType: string, frame: string | null): string =>
  uuid5(namespaces.group, JSON.stringify([endpoint, errorType, frame]))

/** @param failing as the library names the copies of one failing */
export const failingId = (endpoint: string, failing: string): string =>
  uuid5(namespaces.failing, JSON.stringify([endpoint, failing]))
