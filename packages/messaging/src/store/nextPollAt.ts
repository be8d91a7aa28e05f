const whenTakenElsewhereMs = 1_000

/**
 * When to look for scheduled records again, given the earliest that is left. One that is due although there was `room` to
 * take it was taken by another replica, which deletes it or, when it fails, leaves it.
 */
export function nextPollAt(earliest: Date | undefined, now: Date, room: boolean): Date | undefined {
  const takenElsewhere = earliest !== undefined && earliest <= now && room
  return takenElsewhere ? new Date(now.getTime() + whenTakenElsewhereMs) : earliest
}
