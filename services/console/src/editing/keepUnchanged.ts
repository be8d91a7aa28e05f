import { isDeepStrictEqual } from 'node:util'

/**
 * What somebody has made of a body that they saw with parts of it hidden: wherever they left it as it was shown, it is what it
 * was. So nobody has to see what is hidden to change something else, and what JSON cannot say stays exact.
 * @param shown what they saw, in JSON @param original of which it was shown
 */
export const keepUnchanged = (edited: unknown, shown: unknown, original: unknown): unknown =>
  // As it was sent: JSON knows no -0, for example.
  kept(edited, JSON.parse(JSON.stringify(shown ?? null)), original)

function kept(edited: unknown, shown: unknown, original: unknown): unknown {
  if (isDeepStrictEqual(edited, shown)) return original
  if (Array.isArray(edited) && Array.isArray(shown) && Array.isArray(original)) return keptItems(edited, shown, original)
  if (!isPlain(edited) || !isPlain(shown) || !isPlain(original)) return edited
  return Object.fromEntries(
    Object.entries(edited).map(([name, part]) => [
      name,
      Object.hasOwn(shown, name) && Object.hasOwn(original, name) ? kept(part, shown[name], original[name]) : part,
    ]),
  )
}

/**
 * Items may have been removed, added or moved. One that looks like one that was shown is that one. Of several that look the same
 * and are not, and of which some are gone, nobody knows which: they stay as they were shown, which no schema takes.
 */
function keptItems(edited: readonly unknown[], shown: readonly unknown[], original: readonly unknown[]): unknown[] {
  const [now, before] = [placesByLook(edited), placesByLook(shown)]
  const found = new Map<number, unknown>()
  for (const [look, places] of now) {
    const former = before.get(look) ?? []
    const isSure =
      former.length === places.length || former.every((place) => isDeepStrictEqual(original[place], original[former[0] ?? 0]))
    for (const [index, place] of places.entries()) {
      const same = former[index] ?? former[0]
      if (same !== undefined) found.set(place, isSure ? original[same] : edited[place])
    }
  }
  return edited.map((item, place) => {
    if (found.has(place)) return found.get(place)
    // What has become of the one in its place, unless that one is still there.
    const isStillThere = now.has(JSON.stringify(shown[place]))
    return isStillThere ? item : kept(item, shown[place], original[place])
  })
}

const placesByLook = (items: readonly unknown[]): Map<string, number[]> =>
  Map.groupBy(items.keys(), (place) => JSON.stringify(items[place]))

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
