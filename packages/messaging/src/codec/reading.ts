import type { Resolver, Type } from 'avsc'
import { Undecodable } from './errors.ts'
import { headerBytes } from './wire.ts'
import { beginning, type WriterSchema } from './writerSchemas.ts'

/** How records with one writer's schema are read as the type of one reader, or why they cannot be. */
export type Reading = { readonly type: Type; readonly resolver: Resolver | undefined } | { readonly problem: string }

/** This takes about half a millisecond, so it is done once for each writer and reader. */
export function readingOf(writer: WriterSchema, reader: Type): Reading {
  try {
    return { type: reader, resolver: isSame(writer.type, reader) ? undefined : reader.createResolver(writer.type) }
  } catch (error) {
    return { problem: problemOf(writer, reader, error as Error) }
  }
}

/** Whether no resolver is needed: reading without one is faster. Compares everything that matters for reading. */
const isSame = (writer: Type, reader: Type): boolean =>
  JSON.stringify(writer.schema({ exportAttrs: true })) === JSON.stringify(reader.schema({ exportAttrs: true }))

function problemOf({ id, type }: WriterSchema, reader: Type, error: Error): string {
  const written = `The record was written as ${nameOf(type)} (schema ${id})`
  if (type.name !== undefined && type.name !== reader.name)
    return `${written}, which is not ${reader.name}. Find out who writes it into this topic.`
  return `${written}, in a version that cannot be read here: ${beginning(error.message)}. Deploy a version that can, then replay it.`
}

/** @throws Undecodable when the bytes do not fit the schema */
export function readBody(value: Buffer, type: Type, resolver: Resolver | undefined): object {
  try {
    const { value: data, offset }: { value: object; offset: number } = type.decode(value, headerBytes, resolver)
    if (offset === value.length) return data
    throw new RangeError(offset < 0 ? 'the value ends too early' : `${value.length - offset} bytes are left over`)
  } catch (error) {
    const message = `The value does not hold a ${nameOf(type)}: ${beginning((error as Error).message)}. It may have been damaged or written with another schema.`
    throw new Undecodable(message, { cause: error })
  }
}

const nameOf = (type: Type): string => type.name ?? 'one of several types'
