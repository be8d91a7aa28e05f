import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../local/folders.ts'

export const RULES = join(import.meta.dirname, 'petrel.rules.yaml')

/** Where the rules are. kustomize takes no file from outside its folder, so the ground for kind has a copy. */
export const copiesOfRules: readonly string[] = [RULES, join(ROOT, 'k8s/kind/petrel.rules.yaml')]

const TESTS = join(import.meta.dirname, 'tests')

/** Tests of promtool, one file for each alert. */
export const testFiles = (): string[] => readdirSync(TESTS).map((file) => join(TESTS, file))
