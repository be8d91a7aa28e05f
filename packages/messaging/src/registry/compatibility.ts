import type { Type } from 'avsc'
import { compile } from '../avro/compile.ts'
import type { AvroSchema } from '../definition/message.ts'

/** Why one of two versions of a schema cannot read what the other wrote: one reason for each direction; none when both can. */
export function incompatibilities(newer: AvroSchema, older: AvroSchema): string[] {
  const [now, before] = [compile(newer), compile(older)]
  return [
    ...cannotRead(now, before).map((reason) => `what was written before cannot be read any more: ${reason}`),
    ...cannotRead(before, now).map((reason) => `who has the version before cannot read the new one: ${reason}`),
  ]
}

function cannotRead(reader: Type, writer: Type): string[] {
  try {
    reader.createResolver(writer)
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}
