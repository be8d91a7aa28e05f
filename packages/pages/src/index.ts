import { fileURLToPath } from 'node:url'

export { pageHeader, type PageName, withHeader } from './header.ts'

/**
 * The folder with what all pages share. A service serves a file of it under the path that the file has in here:
 * `css/tokens.css` as `/css/tokens.css`. It is read from the disk, so a service that is deployed alone takes this package along.
 */
export const sharedPublicFolder = fileURLToPath(new URL('../public', import.meta.url))
