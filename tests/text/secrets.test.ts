import { expect, test } from 'bun:test'
import { isSecretName, masked, maskedDeep, secretValues, secretWords } from '../../ts/text/secrets.ts'

test.each(['api_key', 'WANDB_API_KEY', 'password', 'AWS_SECRET_ACCESS_KEY', 'GITHUB_TOKEN', 'x.credentials'])(
  '%s names a secret',
  (name) => expect(isSecretName(name)).toBe(true),
)

test.each(['keys', 'tokens', 'monkey', 'secretary', 'api_keyboard', 'apikeys'])('%s does not', (name) =>
  expect(isSecretName(name)).toBe(false),
)

test('secrets are found in variables, under their keys and in addresses; words and interpolations are none', () => {
  const config = {
    logging: { api_key: 'config-secret', passwords: 'shown', token: ['$', '{oc.env:TOKEN}'].join('') },
    list: [{ password: ['in-a-list-1'] }],
    uri: 'https://me:p%40ssw0rd9@host/x',
  }
  const environment = { A_TOKEN: 'from-variable', B_TOKEN: 'short', HOME: '/a/long/enough/path' }
  expect(secretValues(environment, config).sort()).toEqual([
    'config-secret',
    'from-variable',
    'in-a-list-1',
    'p@ssw0rd9',
  ])
  expect(secretWords(['+a.api_key=0123456789', 'b=c', 'c.password=test'])).toEqual(['0123456789'])
})

test('texts are masked, whatever holds them', () => {
  expect(masked('key 0123456789, http://a:b@c/ and http://c/@d', ['0123456789'])).toBe(
    'key ***, http://***@c/ and http://c/@d',
  )
  expect(maskedDeep({ a: ['x secret12 y', 3, null], api_key: 'short' }, ['secret12'])).toEqual({
    a: ['x *** y', 3, null],
    api_key: '***',
  })
})
