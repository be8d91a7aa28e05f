/** How one service is. */
export interface ServiceNow {
  readonly name: string
  /** Null where the console does not know it. */
  readonly isRunning: boolean | null
  /** What its handlers throw on purpose; null when they do not. */
  readonly fault: string | null
  /** Whether it has handlers at all. */
  readonly canBreak: boolean
  /** Whether it can be stopped and started from here. */
  readonly canStop: boolean
}

/** Whether a service is to run. */
export type Presence = 'start' | 'stop'

/** Where faults are switched: in the process that runs everything on one machine, or by a topic in a cluster. */
export interface FaultSwitch {
  readonly how: 'local' | 'topic'
  readonly services: () => Promise<readonly ServiceNow[]>
  /** With null it handles messages again. @returns what to tell the person @throws Problem when there is no such service, or it cannot be done */
  readonly setFault: (service: string, fault: string | null, by: string) => Promise<string>
  /** Undefined where services cannot be started and stopped. */
  readonly setPresence?: (service: string, presence: Presence) => Promise<string>
}
