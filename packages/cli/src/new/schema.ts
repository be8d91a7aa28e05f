import { Problem } from '../problem.ts'
import { wordsOf } from './names.ts'

/** An event that a new service is to say, as far as it is known yet: which it is, and what it is about. */
export interface Said {
  readonly name: string
  readonly key: string
}

/** @throws Problem when the service cannot own such an event */
export function saidEvent(service: string, name: string, key: string): Said {
  if (!/^[a-z][a-z0-9]*$/.test(service))
    throw new Problem(
      `${service} cannot own ${name}: its name becomes the namespace of an Avro schema, where there is no dash. ` +
        `Name it with one word, for example ${service.replaceAll('-', '')}.`,
    )
  if (!/^(?:[A-Z][a-z0-9]+){2,}$/.test(name))
    throw new Problem(`An event is a noun and a verb in the past, for example FraudSuspected; "${name}" is not.`)
  return { name, key }
}

/** The schema, for a person to go on with. */
export const schemaText = (service: string, { name, key }: Said): string => `{
  "type": "record",
  "namespace": "${service}",
  "name": "${name}",
  "doc": "${sentence(service, name)}",
  "kind": "event",
  "key": "${key}",
  "fields": [{ "name": "${key}", "doc": "Which ${wordsOf(key)
    .filter((word) => word !== 'id')
    .join(' ')} it is about.", "type": "string" }]
}
`

const sentence = (service: string, name: string) => `Says ${service}: ${wordsOf(name).join(' ')}.`
