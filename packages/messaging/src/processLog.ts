import { type Logger, type LoggerOptions, pino } from 'pino'
import { errorForLog } from './errorForLog.ts'
import { traceFields } from './tracing/active.ts'

/** The log of a process: JSON lines on standard output, each with the trace that it belongs to. Of errors it writes what {@link errorForLog} leaves. */
export const processLog = (name: string, level: string, options: LoggerOptions = {}): Logger =>
  pino({ mixin: traceFields, ...options, name, level, serializers: { ...options.serializers, err: errorForLog } })
