import { fileURLToPath } from 'node:url'

export { escaped } from './escaped.ts'
export { eventText, openEventStream, type ServerSentEvent } from './eventStream.ts'
export { answerFile, hashOf, type PageFile, pageFile, pageType, readFolder } from './files.ts'
export { Behaviour } from './gatewayBehaviour.ts'
export { pageHeader, type PageName, withHeader } from './header.ts'
export { answerProblems, notFound, Problem, unavailable } from './problem.ts'
export { contentSecurityPolicy, securityHeaders } from './security.ts'
export { shopAt } from './shopAt.ts'

/**
 * The folder with what all pages share. A service serves a file of it under the path that the file has in here:
 * `css/tokens.css` as `/css/tokens.css`. It is read from the disk, so a service that is deployed alone takes this package along.
 */
export const sharedPublicFolder = fileURLToPath(new URL('../public', import.meta.url))
