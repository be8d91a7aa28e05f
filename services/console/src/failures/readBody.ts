import type { AvroSchema } from '@petrel/messaging'
import { type AvroCodec, RegistryUnavailable } from '@petrel/messaging/operations'

/** What is in a value, or why that cannot be said. */
export type ReadBody =
  | {
      readonly data: object
      /** Of whoever wrote it; a body that is JSON has none. */
      readonly schema?: AvroSchema
    }
  | { readonly problem: string }

/**
 * Reads a value with the schema of whoever wrote it. Failures are shown while the registry is away, too: those whose schema is
 * not known yet without a body, until somebody looks.
 */
export async function readBody(codec: AvroCodec, value: Buffer | null): Promise<ReadBody> {
  try {
    return await codec.decodeAny(value)
  } catch (error) {
    if (error instanceof RegistryUnavailable) return { problem: `The schema registry does not answer: ${error.message}` }
    if (isUndecodable(error)) return { problem: error.message }
    throw error
  }
}

const isUndecodable = (error: unknown): error is Error =>
  error instanceof Error && (error.name === 'Undecodable' || error.name === 'UnknownSchema')
