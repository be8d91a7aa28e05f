/** An answer is kept so many times as long as it took: those who look take a tenth of the database's time, however many they are. */
const timesAsLong = 10
const longestMs = 5_000

/** An answer that all share who ask. */
export interface Kept<T> {
  ask(): Promise<T>
  /** What it is about has changed: who has asked meanwhile may have got an old answer, and is told when there is a new one. */
  changed(): void
}

interface Answer<T> {
  readonly value: Promise<T>
  isOld: boolean
  /** In milliseconds of `performance.now()`; undefined while it is read. */
  until: number | undefined
}

/** @param tellAgain is called when an answer that has become old is kept no longer */
export function kept<T>(read: () => Promise<T>, tellAgain: () => void): Kept<T> {
  let last: Answer<T> | undefined
  const isKept = ({ until }: Answer<T>) => until === undefined || performance.now() < until
  const tellLater = ({ isOld, until }: Answer<T>) => {
    if (isOld && until !== undefined) setTimeout(tellAgain, until - performance.now()).unref()
  }
  const keep = async (answer: Answer<T>, began: number) => {
    try {
      await answer.value
    } catch {
      last = undefined
      return
    }
    const now = performance.now()
    answer.until = now + Math.min(longestMs, timesAsLong * (now - began))
    tellLater(answer)
  }
  const ask = () => {
    if (last !== undefined && isKept(last)) return last.value
    const began = performance.now()
    const answer: Answer<T> = { value: read(), isOld: false, until: undefined }
    last = answer
    void keep(answer, began)
    return answer.value
  }
  const changed = () => {
    if (last === undefined || last.isOld || !isKept(last)) return
    last.isOld = true
    tellLater(last)
  }
  return { ask, changed }
}
