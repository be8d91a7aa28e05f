import { identityKey } from '../../identity.ts'
import { AlreadyHandled, SagaConflict, type UnitOfWork, WriteRefused } from '../port.ts'
import { failureOf, type SaveFailure } from './failures.ts'

/**
 * What an error of a save means for its units. A message or a saga that is in them twice conflicts with itself: to look or
 * load again would not help. So it is refused, and the caller separates the two by halving the save.
 */
export function saveFailure(error: unknown, units: readonly UnitOfWork[]): SaveFailure {
  const failure = failureOf(error)
  const twice = repeated(failure, units)
  return twice === undefined ? failure : new WriteRefused(`${twice} is in one save twice.`, { cause: failure })
}

function repeated(failure: SaveFailure, units: readonly UnitOfWork[]): string | undefined {
  if (failure instanceof AlreadyHandled)
    return firstRepeated(units.flatMap(({ handled }) => handled.map((message) => `Message ${identityKey(message)}`)))
  if (failure instanceof SagaConflict)
    return firstRepeated(units.flatMap(({ sagas }) => sagas.map(({ saga, id }) => `Saga ${saga} ${id}`)))
  return undefined
}

function firstRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name).size)
}
