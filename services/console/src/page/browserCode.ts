import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Loads a module of the page. What the browser runs is plain JavaScript, without types: the caller says what it takes it for. */
export const browserCode = async <T>(path: string): Promise<T> =>
  (await import(pathToFileURL(join(import.meta.dirname, '../../public/js', path)).href)) as T
