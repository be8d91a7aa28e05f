import { databaseSettings, httpAddress, kafkaSettings, registrySettings } from '@petrel/messaging/connections'
import { z } from 'zod'
import { checksSetting } from './events/checks.ts'
import { webhooksSetting } from './events/webhooks.ts'
import { usualForeignTopics } from './foreign/topics.ts'

/** `a, b` → `['a', 'b']` */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

const port = (standard: string) => z.string().min(1).default(standard).pipe(z.coerce.number<string>().int().min(0).max(65_535))

const secret = z.string().min(32, 'is shorter than 32 characters: take `openssl rand -base64 32`')

const own = z.object({
  TOPIC_PREFIX: z.string().default(''),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Where the page and its API are. 0: a free port, which the log names. */
  CONSOLE_PORT: port('8090'),
  /** Whom it listens to. The standard is this machine alone: without a login whoever reaches the page may replay and read bodies. */
  CONSOLE_HOST: z.string().min(1).default('127.0.0.1'),
  /** Where people find the console, when that is not where it listens: `https://console.example.org`. A login needs it. */
  CONSOLE_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => new URL(url).pathname === '/', 'has a path; the console needs an address without one')
    .optional(),
  /** Whether one may do everything without signing in: `here`, on this machine alone, or `everywhere` from where it is reached. */
  CONSOLE_WITHOUT_LOGIN: z.enum(['here', 'everywhere']).default('here'),
  /** An OpenID provider, https: then everybody has to sign in there. The callback is `<CONSOLE_URL>/auth/callback`. */
  CONSOLE_OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  CONSOLE_OIDC_CLIENT_ID: z.string().min(1).optional(),
  /** A client without a secret is a public one. */
  CONSOLE_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  /** What a program's token must be for (`aud`); by default the client's id. */
  CONSOLE_OIDC_AUDIENCE: z.string().min(1).optional(),
  /** The claim that has people's roles or groups, in the ID token or in what the provider says of a user. Dots lead inwards. */
  CONSOLE_OIDC_ROLES_CLAIM: z.string().min(1).default('roles'),
  /** Which values of that claim may look, may replay and see personal data, and may erase. */
  CONSOLE_READERS: z.string().default('reader').pipe(list),
  CONSOLE_OPERATORS: z.string().default('operator').pipe(list),
  CONSOLE_ADMINS: z.string().default('admin').pipe(list),
  /**
   * Encrypts who has signed in, the same for all instances. Several, with commas: the first is used, and what the others have
   * encrypted is still read.
   */
  CONSOLE_SESSION_SECRET: list.pipe(z.tuple([secret], secret)).optional(),
  /** After that a login is asked for again; mostly the provider still knows who it is. */
  CONSOLE_SESSION_MINUTES: z.coerce.number().int().min(1).max(1_440).default(60),
  /** How many changes one person may make a minute; all together may make five times as many. */
  CONSOLE_ACTIONS_PER_MINUTE: z.coerce.number().int().min(1).default(120),
  /** For how many days a failure is kept that nobody has to do anything about. Unresolved ones are kept for ever. */
  CONSOLE_KEEP_DAYS: z.coerce.number().int().min(1).default(30),
  /** For how many days it is known which messages were handled; a million of them take about half a gigabyte. */
  CONSOLE_AUDIT_DAYS: z.coerce.number().int().min(1).max(365).default(7),
  /** For how many days the list of events reaches back. */
  CONSOLE_EVENT_DAYS: z.coerce.number().int().min(1).default(90),
  /** Who is told what happens; see `events/webhooks.ts`. */
  CONSOLE_WEBHOOKS: webhooksSetting,
  /** What is asked besides; see `events/checks.ts`. */
  CONSOLE_CHECKS: checksSetting,
  /** How many messages of one replay are sent a second, unless who asks for it says otherwise. */
  CONSOLE_REPLAY_RATE: z.coerce.number().int().min(1).max(10_000).default(500),
  /** Set by `npm start` only: where parts of the local system can be stopped and broken. */
  LOCAL_CONTROL_URL: z.url({ protocol: /^http$/ }).optional(),
  /** Without the prefix: the topic by which services in a cluster are told to fail. They read it, too. */
  FAULT_TOPIC: z.string().min(1).optional(),
  /** Where the payment gateway is told how to behave; only asked where things may be broken. */
  PAYMENT_GATEWAY_URL: httpAddress.optional(),
  /** Which topics of others are dead letter topics: names, `*` for anything, commas between them. Empty for none. */
  CONSOLE_FOREIGN_TOPICS: z.string().default(usualForeignTopics),
  /** Where a trace is shown; `{traceId}` is replaced, for example `http://localhost:16686/trace/{traceId}`. */
  CONSOLE_TRACE_URL: z.string().min(1).optional(),
  /** Where `/metrics`, `/live` and `/ready` are answered; nowhere when it is not set. */
  OPS_PORT: z.string().min(1).pipe(z.coerce.number<string>().int().min(0).max(65_535)).optional(),
})

/** What the console reads from its environment. */
export const settingsSchema = own.and(kafkaSettings).and(registrySettings).and(databaseSettings)

export type Settings = z.infer<typeof settingsSchema>
