import { expect, test } from 'vitest'
import { roleIn } from './roles.ts'

const values = { reader: ['staff'], operator: ['on-call'], admin: ['admins'] }
const role = (claims: object, claim = 'roles') => roleIn({ ...claims }, { claim, values })

test.for([
  ['a list', { roles: ['tea', 'on-call'] }, 'operator'],
  ['the highest of several', { roles: ['staff', 'admins', 'on-call'] }, 'admin'],
  ['a text with blanks', { roles: 'staff on-call' }, 'operator'],
  ['a text with commas', { roles: 'staff,admins' }, 'admin'],
  ['nothing that counts', { roles: ['tea'] }, undefined],
  ['no claim', {}, undefined],
  ['numbers', { roles: [1, null, { admins: true }] }, undefined],
  ['an object', { roles: { admins: true } }, undefined],
] as const)('%s', ([, claims, expected]) => {
  expect(role(claims)).toBe(expected)
})

test('a claim within another is found, and one that has dots in its name', () => {
  expect(role({ realm_access: { roles: ['admins'] } }, 'realm_access.roles')).toBe('admin')
  expect(role({ 'https://example.org/roles': ['staff'] }, 'https://example.org/roles')).toBe('reader')
  expect(role({}, 'constructor.name')).toBeUndefined()
})
