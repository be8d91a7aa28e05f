/** What kafkajs 2.2.4 keeps of the requests of one connection. */
export interface RequestQueue {
  readonly pending: readonly unknown[]
  readonly inflight: ReadonlyMap<number, SentRequest>
  readonly enforceRequestTimeout: boolean
  /** kafkajs clears it when the connection ends. */
  requestTimeoutIntervalId: NodeJS.Timeout | undefined
  scheduleCheckPendingRequests: (this: RequestQueue) => void
  scheduleRequestTimeoutCheck: (this: RequestQueue) => void
  sendSocketRequest: (this: RequestQueue, request: SentRequest) => void
  destroy(): void
}

interface SentRequest {
  /** Milliseconds since the epoch. */
  readonly sentAt: number
  /** Milliseconds. */
  readonly requestTimeout: number
  timeoutRequest(): void
}

/**
 * kafkajs re-arms a timer with a negative delay for ever, which is a wake-up each millisecond and 4 % of a core per
 * connection (https://github.com/tulios/kafkajs/issues/1751). Needed is one only while requests wait: for the end of the
 * broker's throttling, or for room among those in flight. Can go when a release has it.
 */
export function restIdleQueues(prototype: RequestQueue): void {
  const schedule = prototype.scheduleCheckPendingRequests
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this)
  }
}

/**
 * kafkajs looks ten times a second, on each connection, for requests that took too long: seven idle services with five
 * connections each woke up 350 times a second. This looks when the first one may have. Can go with kafkajs.
 */
export function timeOutWhenDue(prototype: RequestQueue): void {
  const send = prototype.sendSocketRequest
  /** When the timer of a queue is due. */
  const looks = new WeakMap<RequestQueue, number>()

  const lookAt = (queue: RequestQueue, due: number) => {
    if (!queue.enforceRequestTimeout || due >= (looks.get(queue) ?? Infinity)) return
    clearTimeout(queue.requestTimeoutIntervalId)
    looks.set(queue, due)
    queue.requestTimeoutIntervalId = setTimeout(() => look(queue), due - Date.now())
  }
  const look = (queue: RequestQueue) => {
    looks.delete(queue)
    const now = Date.now()
    for (const request of queue.inflight.values())
      if (dueAt(request) <= now) request.timeoutRequest()
      else lookAt(queue, dueAt(request))
  }
  prototype.sendSocketRequest = function (this: RequestQueue, request: SentRequest) {
    send.call(this, request)
    lookAt(this, dueAt(request))
  }
  prototype.scheduleRequestTimeoutCheck = function (this: RequestQueue) {
    this.destroy()
    looks.delete(this)
  }
}

const dueAt = ({ sentAt, requestTimeout }: SentRequest) => sentAt + requestTimeout + 1
