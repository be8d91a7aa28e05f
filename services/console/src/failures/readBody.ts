import type { AvroSchema } from '@petrel/messaging'
import { type AvroCodec, RegistryUnavailable } from '@petrel/messaging/operations'
import type { ForeignKind } from '../foreign/failed.ts'

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
 * not known yet without a body, until somebody looks. Others mostly write JSON.
 */
export type BodyReader = (value: Buffer | null, foreign: ForeignKind | null) => ReadBody

/** For many values, which wait together for a registry that does not answer. */
export async function bodyReader(codec: AvroCodec, values: readonly (Buffer | null)[]): Promise<BodyReader> {
  const read = await codec.readerOf(values)
  return (value, foreign) => {
    const json = foreign === null ? undefined : jsonIn(value)
    if (json !== undefined) return { data: json }
    try {
      return read(value)
    } catch (error) {
      if (error instanceof RegistryUnavailable) return { problem: `The schema registry does not answer: ${error.message}` }
      if (isUndecodable(error)) return { problem: error.message }
      throw error
    }
  }
}

export async function readBody(codec: AvroCodec, value: Buffer | null, foreign: ForeignKind | null): Promise<ReadBody> {
  const read = await bodyReader(codec, [value])
  return read(value, foreign)
}

/** An object or a list, when the value is one in JSON. */
function jsonIn(value: Buffer | null): object | undefined {
  try {
    const parsed: unknown = JSON.parse(value?.toString() ?? '')
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    return undefined
  }
}

const isUndecodable = (error: unknown): error is Error =>
  error instanceof Error && (error.name === 'Undecodable' || error.name === 'UnknownSchema')
