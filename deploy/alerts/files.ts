import { readdirSync } from 'node:fs'
import { join } from 'node:path'

export const RULES = join(import.meta.dirname, 'petrel.rules.yaml')

const TESTS = join(import.meta.dirname, 'tests')

/** Tests of promtool, one file for each alert. */
export const testFiles = (): string[] => readdirSync(TESTS).map((file) => join(TESTS, file))
