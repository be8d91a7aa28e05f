import { type Logger, type LoggerOptions, pino } from 'pino'
import { errorForLog } from './errorForLog.ts'

/** The log of a process: JSON lines on standard output. Of errors it writes what {@link errorForLog} leaves. */
export const processLog = (name: string, level: string, options: LoggerOptions = {}): Logger =>
  pino({ ...options, name, level, serializers: { ...options.serializers, err: errorForLog } })
