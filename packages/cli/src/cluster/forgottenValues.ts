type Values = Readonly<Record<string, unknown>>

/** The tag changes with each upgrade, and has an option of its own. */
const ofEachUpgrade = new Set(['image.tag', 'global.image.tag'])

/**
 * Which values a release was given that the files of the project do not give it: whoever upgrades without the file they came from
 * would take them away, and a topic prefix that is gone means other topics.
 * @param given all that the release was given @param files of the project, a later one before an earlier one
 */
export function forgottenValues(given: Values, files: readonly Values[]): string[] {
  const project = new Map(files.flatMap((file) => leaves(file)))
  return leaves(given)
    .filter(([path, value]) => !ofEachUpgrade.has(path) && project.get(path) !== value)
    .map(([path]) => path)
}

/** Every value that has none below it: path → JSON. */
function leaves(value: Values, above = ''): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]): [string, string][] =>
    isBranch(inner) ? leaves(inner, `${above}${name}.`) : [[above + name, JSON.stringify(inner)]],
  )
}

const isBranch = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
