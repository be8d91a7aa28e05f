import { workspaceFlags } from './workspaces.ts'

// `node deploy/images/printWorkspaceFlags.ts sales`: for the Dockerfile.
console.log(workspaceFlags(process.cwd(), process.argv[2] ?? '').join(' '))
