import { createHash } from 'node:crypto'
import type { Line } from './order.ts'

/** That the shop accepted an order: the moment from which the customer waits. */
export interface Acceptance {
  readonly orderId: string
  readonly acceptedAt: Date
  readonly customerId: string
  readonly lines: readonly Line[]
  readonly currency: string
  readonly requestHash: string
  /** Of the request, where tracing is on. */
  readonly traceId: string | null
}

/** Two requests with one hash ask for the same. @param request as it was validated, so always with the same fields in the same order */
export const requestHash = (request: object): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('base64url').slice(0, 22)
