import { ROOT } from '../local/folders.ts'
import { licenceOf, refused } from './licences.ts'
import { lockedPackages } from './lockfile.ts'

// `npm run licences`: a line for each package, with its licence and whether it is only there for development.
const packages = lockedPackages(ROOT)
const lines = packages.map(
  (each) => `${licenceOf(each)}\t${each.name}@${each.version}${each.dev === true ? '\tdevelopment' : ''}`,
)
console.log([...new Set(lines)].toSorted().join('\n'))
for (const { name } of refused(packages))
  console.error(`The licence of ${name} is not among those of deploy/supplyChain/licences.ts.`)
process.exitCode = refused(packages).length > 0 ? 1 : 0
