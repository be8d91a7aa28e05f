import { AlreadyHandled, SagaConflict, WriteRefused } from '../store/port.ts'

/** Whether the store refuses a save because of what is in it. Then the same save would be refused again. */
export const isRefusal = (error: unknown): error is AlreadyHandled | SagaConflict | WriteRefused =>
  error instanceof AlreadyHandled || error instanceof SagaConflict || error instanceof WriteRefused
