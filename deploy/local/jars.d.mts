/** What a person has to settle. */
export class JarsMissing extends Error {}

/** The folder with `kafka/*.jar` and `registry/*-runner.jar`, filled by Maven the first time. @throws JarsMissing */
export function ensureJars(jarsDir: string, log: (line: string) => void): Promise<string>
