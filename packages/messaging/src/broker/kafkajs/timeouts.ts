import { publishDeadlineMs } from '../port.ts'

/** How long the adapter waits for a broker, all in milliseconds. */
export const timeouts = {
  /** Of a consumer or an administrator: to connect, and for an answer. */
  client: { connectionTimeout: 3_000, requestTimeout: 10_000 },
  /** Of the publisher. A broker that does not answer leaves time to try another one. */
  publisher: { connectionTimeout: publishDeadlineMs - 500, requestTimeout: publishDeadlineMs },
  /** A member that sent no heartbeat for this long is out of its group. */
  session: 30_000,
  /** How long a rebalance waits for its members. Ours never block, so it is short: a new member waits so long for one that was killed. */
  rebalance: 10_000,
  /**
   * A member hears of a rebalance with its next heartbeat, and the partitions of a member that has left wait so long. While
   * records come they would pile up; with none, heartbeats are most of what an idle member costs.
   */
  heartbeat: { busy: 100, idle: 1_000 },
  /** How long a member counts as busy after it received records. */
  busy: 2_000,
  /** A consumer that began no fetch for this long has stopped without an error (https://github.com/tulios/kafkajs/issues/659). */
  stall: 45_000,
  /** For leaving the group. */
  leave: 5_000,
  /** How long a fetch waits for records; it returns when the first one comes. Half of what a request may take, or a slow answer would count as none. */
  fetch: 5_000,
  /** The same while a partition is paused: the fetch under way leaves it out, so its records come with the next one only. */
  fetchWhilePaused: 50,
  /**
   * How old a consumer's knowledge of its topics may be: after that it sees that one was made again, or was given partitions. It
   * looks more often while one is not there, and at once when a fetch says so.
   */
  topics: { usual: 10_000, absent: 1_000 },
  /** How soon a broker that is not there is asked again. */
  brokerGone: 250,
  /** How long a commit waits for others to go with it, unless the member is about to leave its group, or to join again. */
  commitLinger: 500,
} as const
