import { z } from 'zod'
import { databaseSettings } from './connections/databaseSettings.ts'
import { kafkaSettings } from './connections/kafkaSettings.ts'
import { registrySettings } from './connections/registrySettings.ts'
import { connectionsByDefault } from './store/postgres/connections.ts'
import { auditModes } from './audit/auditMode.ts'
import { samplers } from './tracing/sampling.ts'

/** Where a process answers /live, /ready and /metrics; nowhere when it is not set. 0: a free port, which the log names. */
export const opsPort = z.string().min(1).pipe(z.coerce.number<string>().int().min(0).max(65_535)).optional()

/** An empty variable counts as none: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#parsing-empty-value */
const unlessEmpty = <S extends z.ZodType>(schema: S) => z.preprocess((value) => (value === '' ? undefined : value), schema)

/** `key=value,key=value`, percent-encoded. */
const attributes = z.string().transform((list) =>
  Object.fromEntries(
    list
      .split(',')
      .map((pair) => pair.split('='))
      .flatMap(([key = '', value]) => (value === undefined ? [] : [[key.trim(), decodeURIComponent(value.trim())]])),
  ),
)

/** OpenTelemetry's own names. Headers, certificates and compression for the collector are read by its exporter. */
export const tracingSettings = z.object({
  /** Where a collector takes spans by OTLP over HTTP, `http://collector:4318` for example. Without it nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: unlessEmpty(z.url({ protocol: /^https?$/ }).optional()),
  OTEL_SDK_DISABLED: z
    .string()
    .optional()
    .transform((text) => text?.toLowerCase() === 'true'),
  OTEL_TRACES_SAMPLER: unlessEmpty(z.enum(samplers).default('parentbased_always_on')),
  /** Of a sampler with a ratio: the share of traces that are recorded. */
  OTEL_TRACES_SAMPLER_ARG: unlessEmpty(z.coerce.number().min(0).max(1).default(1)),
  OTEL_SERVICE_NAME: unlessEmpty(z.string().optional()),
  OTEL_RESOURCE_ATTRIBUTES: unlessEmpty(attributes.default({})),
})

export type TracingSettings = z.infer<typeof tracingSettings>

const ownOfEndpoint = tracingSettings.extend({
  /** How many connections to the database the process may open. */
  DATABASE_POOL: z.coerce.number().int().min(1).default(connectionsByDefault),
  TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]*$/)
    .default(''),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  AUDIT: z.enum(auditModes).default('all'),
  /** While this file exists, handlers throw its content. */
  FAULT_FILE: z.string().optional(),
  /** Without the prefix: the topic in which people switch faults on and off. Whoever can write to it can stop the service. */
  FAULT_TOPIC: z.string().min(1).optional(),
  OPS_PORT: opsPort,
})

const settings = ownOfEndpoint.and(kafkaSettings).and(registrySettings).and(databaseSettings)

/** The settings that every endpoint needs. */
export type Settings = z.infer<typeof settings>

export type Environment = Readonly<Record<string, string | undefined>>

/** Reads what every endpoint needs. @throws Error naming every variable that is missing or wrong */
export function readSettings(environment: Environment): Settings {
  return readEnvironment(settings, environment)
}

/** Reads all variables of a schema from an environment. @throws Error naming every variable that is missing or wrong */
export function readEnvironment<S extends z.ZodType>(schema: S, environment: Environment): z.infer<S> {
  const parsed = schema.safeParse(environment)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new Error(`The environment is incomplete. ${problems.join('; ')}.`)
}
