import { execFile } from 'node:child_process'
import { chown, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { Problem } from '../problem.ts'

const run = promisify(execFile)

/** How to run PostgreSQL's programs, which refuse to be run by root. */
export interface Account {
  readonly ids: { readonly uid?: number; readonly gid?: number }
  command(program: string): string
  args(program: string, args: readonly string[]): string[]
  /** Gives a folder to the account. */
  own(folder: string): Promise<void>
}

const OURSELVES: Account = {
  ids: {},
  command: (program) => program,
  args: (_, args) => [...args],
  own: async () => {},
}

/**
 * Our own account, or, when we are root, that of the folder's owner or of `nobody`, who exists everywhere and needs no set-up.
 * Where that one may not enter the folder (a clone in /root), it is lent the right to, and nothing else of root's.
 */
export async function chooseAccount(program: string, folder: string): Promise<Account> {
  if (process.getuid?.() !== 0) return OURSELVES
  const { uid, gid } = await unprivilegedIds(folder)
  const candidates = [plain(uid, gid), lentAccess(uid, gid)]
  for (const account of candidates) {
    await account.own(folder)
    if (await canWork(account, program, folder)) return account
  }
  throw new Problem(
    `PostgreSQL refuses to run as root, and user ${uid} may not enter ${folder}.\n` +
      'Ways out: start as another user, move the clone to a folder that others may enter, or use a PostgreSQL that runs elsewhere: DATABASE_URL=postgres://…',
  )
}

async function unprivilegedIds(folder: string): Promise<{ uid: number; gid: number }> {
  const { uid, gid } = await stat(folder)
  if (uid !== 0) return { uid, gid }
  return { uid: await idOfNobody('-u'), gid: await idOfNobody('-g') }
}

const idOfNobody = async (flag: string) => Number((await run('id', [flag, 'nobody'])).stdout)

const plain = (uid: number, gid: number): Account => ({
  ids: { uid, gid },
  command: (program) => program,
  args: (_, args) => [...args],
  own: (folder) => chown(folder, uid, gid),
})

const lentAccess = (uid: number, gid: number): Account => ({
  ids: {},
  command: () => 'setpriv',
  args: (program, args) => [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    // access(2), by which the programs find each other, would ignore what is lent otherwise.
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    program,
    ...args,
  ],
  own: (folder) => chown(folder, uid, gid),
})

async function canWork(account: Account, program: string, folder: string): Promise<boolean> {
  const options = { ...account.ids, cwd: '/' }
  const works = (command: string, args: string[]) =>
    run(account.command(command), account.args(command, args), options).then(
      () => true,
      () => false,
    )
  return (await works(program, ['--version'])) && (await works('/bin/sh', ['-c', 'test -w "$0" && test -x "$0"', folder]))
}
