import { runCommand } from './runCommand.ts'

// `npm run break sales`: from now on every handler of the service fails, as with a bug in it.
await runCommand('break', 'break')
