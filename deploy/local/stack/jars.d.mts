import type { Progress } from '../progress.mjs'

/** What a person has to solve. */
export class JarsMissing extends Error {}

/** The folder with `kafka/*.jar` and `registry/*-runner.jar`, filled by Maven the first time. @param wantedDir where to keep them, if Java can read there @throws JarsMissing */
export function ensureJars(wantedDir: string, terminal: Progress): Promise<string>

/** For everything that runs on Java. */
export const JAVA_ENVIRONMENT: Readonly<Record<string, string>>
