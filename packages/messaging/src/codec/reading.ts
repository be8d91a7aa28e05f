import type { Resolver, Type } from 'avsc'
import { Undecodable } from './errors.ts'
import { headerBytes } from './wire.ts'

/** How the records of one writer are read as the type of one reader. */
export type Reading = { readonly type: Type; readonly resolver: Resolver | undefined } | { readonly problem: string }

/** Costs about half a millisecond, so it is done once for each writer and reader. */
export function readingOf(writer: Type, reader: Type, schemaId: number): Reading {
  // Compared with everything that matters for reading, so that a reader with the writer's own schema takes the short way.
  if (JSON.stringify(writer.schema({ exportAttrs: true })) === JSON.stringify(reader.schema({ exportAttrs: true })))
    return { type: reader, resolver: undefined }
  try {
    return { type: reader, resolver: reader.createResolver(writer) }
  } catch (error) {
    const written = `The record was written as ${writer.name} (schema ${schemaId})`
    if (writer.name !== reader.name)
      return { problem: `${written}, which is not ${reader.name}. Find out who writes it into this topic.` }
    return {
      problem: `${written}, in a version that cannot be read here: ${(error as Error).message}. Deploy a version that can, then replay it.`,
    }
  }
}

/** @throws Undecodable when the bytes are not what the schema says */
export function readBody(value: Buffer, type: Type, resolver: Resolver | undefined): object {
  try {
    const { value: data, offset }: { value: object; offset: number } = type.decode(value, headerBytes, resolver)
    if (offset === value.length) return data
    throw new RangeError(offset < 0 ? 'the value ends too early' : `${value.length - offset} bytes are left over`)
  } catch (error) {
    const message = `The value does not hold a ${type.name}: ${(error as Error).message}. It may have been damaged or written with another schema.`
    throw new Undecodable(message, { cause: error })
  }
}
