/** About how many bytes the waiting records of one consumer may take in memory. In the worst case it is twice as much. */
const consumerBytes = 16 * 1024 * 1024

/** How many bytes of waiting records a lane may keep. */
export interface Quota {
  readonly lane: number
  /** What each of its topics may keep however full the lane is: a topic whose records wait long must not stop the others. */
  readonly share: number
}

/** Each lane has a quota of its own, so a lane that hangs does not stop the others. */
export function quotaFor(lanes: number, topics: number): Quota {
  const lane = consumerBytes / Math.max(1, lanes)
  return { lane, share: lane / Math.max(1, topics) }
}

/** Whether a partition is paused: it has used its share, and the lane is full, or the partition alone fills half of the lane. */
export const isAboveHighWater = (quota: Quota, laneBytes: number, queueBytes: number): boolean =>
  queueBytes >= quota.share && (laneBytes >= quota.lane || queueBytes >= quota.lane / 2)

/** Whether it is resumed. That is well below the high water mark, so that not every batch pauses and resumes it. */
export const isBelowLowWater = (quota: Quota, laneBytes: number, queueBytes: number): boolean =>
  queueBytes < quota.share / 2 || (laneBytes < quota.lane / 2 && queueBytes < quota.lane / 4)
