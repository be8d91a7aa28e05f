import type { AvroSchema } from '../definition/message.ts'

/** The registry did not answer, or answered with a fault of its own: back off and try again. */
export class RegistryUnavailable extends Error {
  override readonly name = 'RegistryUnavailable'
}

/** The registry refuses the schema as incompatible with what readers and writers of the subject already use. */
export class IncompatibleSchema extends Error {
  override readonly name = 'IncompatibleSchema'
}

/** What is registered under an id is no Avro schema: Protobuf, say, or a text that is not JSON. No later try changes that. */
export class NotAvro extends Error {
  override readonly name = 'NotAvro'
}

/** Names schemas by number (Confluent Schema Registry API). */
export interface Registry {
  /** Deploy time only. Same schema again → same id. @throws IncompatibleSchema, RegistryUnavailable */
  register(subject: string, schema: AvroSchema): Promise<number>
  /** The id under which exactly this schema is registered for the subject, if it is. @throws RegistryUnavailable */
  idOf(subject: string, schema: AvroSchema): Promise<number | undefined>
  /** The schema behind an id; undefined when the registry knows none, or none yet. @throws NotAvro, RegistryUnavailable */
  schemaOf(id: number): Promise<AvroSchema | undefined>
  /** The newest schema of a subject, and its id; undefined when there is no such subject. @throws NotAvro, RegistryUnavailable */
  latestOf(subject: string): Promise<{ readonly id: number; readonly schema: AvroSchema } | undefined>
  /** Deletes a subject with all its versions. @returns whether it was there. @throws RegistryUnavailable */
  remove(subject: string): Promise<boolean>
}
