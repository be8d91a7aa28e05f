import { registryConformance } from './conformance.ts'
import { memoryRegistry } from './memory.ts'

const registry = memoryRegistry()
let subjects = 0

registryConformance(
  () => registry,
  () => `subject-${(subjects += 1)}`,
)
