const whenTakenElsewhereMs = 1_000

/**
 * When to look for due records again, given the earliest that is still there. One that is due although there was `room` to
 * take it has been taken by another replica, which removes it or, failing, gives it back.
 */
export function nextPollAt(earliest: Date | undefined, now: Date, room: boolean): Date | undefined {
  const takenElsewhere = earliest !== undefined && earliest <= now && room
  return takenElsewhere ? new Date(now.getTime() + whenTakenElsewhereMs) : earliest
}
