import type { LockedPackage } from './lockfile.ts'

/** Asks for no more than its text beside the copy (MIT-0 and 0BSD not even that). SPDX expressions. */
const permissive = ['Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0', '0BSD']

/** One may choose, and the permissive one is chosen. */
const chosen = ['(MIT OR EUPL-1.1+)', '(BSD-3-Clause OR GPL-2.0)']

/** For tools that are in no image: MPL asks for changes of its own files, and nothing of ours is one. */
const forDevelopment = ['MPL-2.0', 'Python-2.0']

/** What a package's own description forgets, by name: where it is written. */
const toldElsewhere: Readonly<Record<string, string>> = {
  // Its LICENSE file.
  '@kafkajs/confluent-schema-registry': 'MIT',
}

export const licenceOf = ({ name, license }: LockedPackage): string => license ?? toldElsewhere[name] ?? 'unknown'

/** Packages whose licence nobody has looked at yet, or that may not be where they are. */
export const refused = (packages: readonly LockedPackage[]): LockedPackage[] =>
  packages.filter((each) => {
    const allowed = [...permissive, ...chosen, ...(each.dev === true ? forDevelopment : [])]
    return !allowed.includes(licenceOf(each))
  })
