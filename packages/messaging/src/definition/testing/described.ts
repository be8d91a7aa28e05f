/** What generated code would say of a message that has nothing but its key. */
export const described = (owner: string, name: string, { topic = name, key = 'orderId' } = {}) => ({
  fullName: `${owner}.${name}`,
  owner,
  topic: `${owner}.${topic}`,
  key,
  schema: { type: 'record', name, namespace: owner, fields: [{ name: key, type: 'string' }] },
})
