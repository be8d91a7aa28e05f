import { z } from 'zod'
import { badRequest, type FieldError } from './problem.ts'

/** Bounds of an order, so that its message stays far below what a broker takes. */
const longest = { customerId: 100, email: 254, sku: 64, idempotencyKey: 255 } as const
const mostLines = 100
const mostPieces = 1000

// A control character would be refused by databases further on, where nobody can tell the customer.
const printable = /^[^\p{Cc}\p{Cs}]*$/u

const text = (most: number) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'must be a text') })
    .trim()
    .min(1, 'must not be empty')
    .max(most, `must have at most ${most} characters`)
    .regex(printable, 'must not contain control characters')

const quantityMessage = `must be a whole number from 1 to ${mostPieces}`

function orderSchema(isListed: (sku: string) => boolean) {
  const line = z.strictObject(
    {
      sku: text(longest.sku).refine(isListed, { error: 'is not in the catalogue', when: ({ issues }) => issues.length === 0 }),
      quantity: z
        .int({ error: (issue) => (issue.input === undefined ? 'is missing' : quantityMessage) })
        .min(1, quantityMessage)
        .max(mostPieces, quantityMessage),
    },
    { error: (issue) => (issue.code === 'unrecognized_keys' ? 'is not known' : 'must be an object with sku and quantity') },
  )
  return z.strictObject(
    {
      customerId: text(longest.customerId),
      email: text(longest.email).pipe(z.email('must be an e-mail address')),
      lines: z
        .array(line, { error: (issue) => (issue.input === undefined ? 'is missing' : 'must be a list') })
        .min(1, 'must have at least one line')
        .max(mostLines, `must have at most ${mostLines} lines`),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? 'is not known'
          : 'The request must be a JSON object with customerId, email and lines',
    },
  )
}

export type OrderRequest = z.infer<ReturnType<typeof orderSchema>>

/** Checks what a browser sent. @throws Problem (400) that names every wrong field */
export type CheckRequest = (body: unknown) => OrderRequest

/** To be made once: making the schema takes ninety times as long as checking an order. */
export function orderRequests(isListed: (sku: string) => boolean): CheckRequest {
  const schema = orderSchema(isListed)
  return (body) => {
    const result = schema.safeParse(body)
    if (result.success) return result.data
    throw badRequest(result.error.issues.flatMap(fieldErrors))
  }
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: fieldName([...issue.path, key]), message: issue.message }))
  return [{ field: fieldName(issue.path), message: issue.message }]
}

const fieldName = (path: readonly PropertyKey[]) =>
  path.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`)).join('')

/** @returns the request's idempotency key, if it has one. @throws Problem (400) when it cannot serve as one */
export function idempotencyKey(header: string): string | undefined {
  if (header === '') return undefined
  if (header.length <= longest.idempotencyKey && /^[\x21-\x7e]+$/.test(header)) return header
  const message = `must be 1 to ${longest.idempotencyKey} visible ASCII characters`
  throw badRequest([{ field: 'Idempotency-Key', message }])
}
