import { runCommand } from './runCommand.ts'

// `npm run mend sales`: the opposite of break. What failed for good meanwhile waits for `petrel replay sales`.
await runCommand('mend', 'mend')
