/**
 * Which message this is, for inboxes, dead letters, replays and failures. CloudEvents: only `source` and `id` together are
 * unique (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#id). A record without an id is identified by
 * where and when it was first appended: the source is its topic, and the id is `<partition>/<offset>@<timestamp>`. The
 * timestamp is needed because a topic that is deleted and created again begins at offset 0.
 */
export interface MessageIdentity {
  readonly source: string
  readonly id: string
  /** How inboxes of Petrel 0.1 named the message: by its id, without the source. */
  readonly formerId: string
}

/** An identity as text, for map keys and names. */
export const identityKey = ({ source, id }: MessageIdentity): string => `${source.length}:${source}${id}`
