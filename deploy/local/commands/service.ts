import { runCommand } from './runCommand.ts'

// `npm run service billing`: starts a service that was stopped, or left out at the start.
await runCommand('service', 'start')
