import { httpAddress } from '@petrel/messaging/connections'
import { z } from 'zod'
import { eventKinds } from './event.ts'

const webhookSchema = z.strictObject({
  url: httpAddress,
  /** Which kinds of events it is told; all when it is left out. */
  kinds: z.array(z.enum(eventKinds)).min(1).optional(),
  /** What it is signed with (`signature.ts`); unsigned when it is left out. */
  secret: z.string().min(8).optional(),
})

/** Somebody who is told what happens. */
export type Webhook = z.infer<typeof webhookSchema>

/** A setting in JSON: `[{"url": "https://hooks.example.org/petrel", "kinds": ["endpoint-silent"], "secret": "…"}]` */
export const webhooksSetting = jsonSetting(z.array(webhookSchema).max(20)).refine(
  (webhooks) => new Set(webhooks.map(({ url }) => url)).size === webhooks.length,
  'has one url twice',
)

/** A setting whose text is JSON; `[]` when it is not set. */
export function jsonSetting<S extends z.ZodType>(schema: S) {
  return z
    .string()
    .default('[]')
    .transform((text, check) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        check.addIssue('is not JSON')
        return z.NEVER
      }
    })
    .pipe(schema)
}
