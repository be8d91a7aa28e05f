import { runCommand } from './runCommand.ts'

// `npm run stop billing`: the service finishes the messages that it is handling and ends; the others go on.
await runCommand('stop', 'stop')
