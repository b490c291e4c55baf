import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHttpTarget } from './httpTarget.ts'

test('scheme, host and port make the origin; the path keeps its query and loses its fragment', () => {
  assert.deepEqual(parseHttpTarget('https://Hook.Example/a b?x=ü&y#z'), {
    origin: { name: 'https://hook.example', secure: true, hostname: 'hook.example', port: 443 },
    host: 'hook.example',
    path: '/a%20b?x=%C3%BC&y',
  })
})

test('an IPv6 address has brackets in the Host header and none for the socket', () => {
  assert.deepEqual(parseHttpTarget('http://[::1]:8080'), {
    origin: { name: 'http://[::1]:8080', secure: false, hostname: '::1', port: 8080 },
    host: '[::1]:8080',
    path: '/',
  })
})

test('a path can end neither the request line nor a header', () => {
  const target = parseHttpTarget('http://a.example/x\r\ny\t HTTP/1.1?q\r\nz: "1" \u2028')
  assert.match(target?.path ?? '', /^[!-~]+$/)
})

test('other schemes and no URL are no target', () => {
  for (const url of ['ftp://a.example/', 'file:///etc/passwd', 'a.example', ''])
    assert.equal(parseHttpTarget(url), null)
})
