import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCallbackUrl, isPublicAddress, urlLengthMax } from './guard.ts'

const strict = { allowPrivateNetworks: false }

/** Every address that must never be called, one or more of each range, at its edges where it has some. */
const refusedIpv4 = [
  ...['0.0.0.0', '0.0.0.1', '0.255.255.255', '10.0.0.0', '10.1.2.3', '10.255.255.255'],
  ...['100.64.0.0', '100.100.100.200', '100.127.255.255', '127.0.0.1', '127.1.2.3', '127.255.255.255'],
  ...['168.63.129.16', '169.254.0.0', '169.254.169.254', '169.254.170.2', '169.254.255.255'],
  ...['172.16.0.0', '172.20.1.1', '172.31.255.255', '192.0.0.1', '192.0.0.192', '192.0.2.55', '192.88.99.1'],
  ...['192.168.0.1', '192.168.255.255', '198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.9'],
  ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
]

const refusedIpv6 = [
  ...['::', '::1', '::7f00:1', '::127.0.0.1', '::8.8.8.8', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1'],
  ...['0:0:0:0:0:ffff:a9fe:a9fe', '64:ff9b::1', '64:ff9b::7f00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::1'],
  ...['100::1', '2001::1', '2001:0:53aa:64c:0:1:2:3', '2001:2::1', '2001:10::1', '2001:20::1', '2001:1ff:ffff::1'],
  ...['2001:db8::1', '2001:db8:ffff::1', '2002::1', '2002:7f00:1::1', '2002:a9fe:a9fe::1', '2002:808:808::1'],
  ...['3fff::1', '3fff:fff::1', 'fc00::1', 'fd00::1', 'fd00:ec2::254', 'fdff:ffff::1', 'fe80::1', 'fe80::1:2:3'],
  ...['febf::1', 'fec0::1', 'ff00::1', 'ff02::1', 'ff0e::1', '4000::1', '5f00::1', '8000::1', '1fff::1'],
]

const publicAddresses = [
  ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.1', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
  ...['128.0.0.1', '168.63.129.15', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.1'],
  ...['192.0.3.1', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '203.0.114.0', '223.255.255.255'],
  ...['2001:200::1', '2001:4860:4860::8888', '2003::1', '2606:4700:4700::1111', '2a00:1450:4001::1', '3ffe::1'],
]

test('the address check refuses every special-purpose range and takes its public neighbours', () => {
  for (const address of [...refusedIpv4, ...refusedIpv6]) assert.equal(isPublicAddress(address), false, address)
  for (const address of publicAddresses) assert.equal(isPublicAddress(address), true, address)
  for (const text of ['', 'localhost', '8.8.8', '8.8.8.8 ', 'fe80::1%eth0']) assert.equal(isPublicAddress(text), false)
})

/** One IPv4 address in the notations that some URL parsers or resolvers understand. */
function notations(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  const number = ((a * 256 + b) * 256 + c) * 256 + d
  const hex = number.toString(16)
  const octal = (n: number) => `0${n.toString(8)}`
  return [
    `http://${address}/`,
    `http://${address}./`,
    `http://${number}/`,
    `http://0x${hex}/`,
    `http://0X${hex.toUpperCase()}/`,
    `http://0${number.toString(8)}/`,
    `http://${[a, b, c, d].map(octal).join('.')}/`,
    `http://${[a, b, c, d].map((n) => `0x${n.toString(16)}`).join('.')}/`,
    `http://${a}.${(b * 256 + c) * 256 + d}/`,
    `http://${a}.${b}.${c * 256 + d}/`,
    `http://${octal(a)}.${b}.0x${c.toString(16)}.${d}/`,
    `http://00000${octal(a)}.${b}.${c}.${d}/`,
    `http://${address.replaceAll('.', '%2e')}/`,
    `http://${address.replaceAll('.', '。')}/`,
    `http://${address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))}/`,
    `http:\\\\${address}\\`,
    `http:${address}`,
    `HTTPS://${address}:8443/x?y#z`,
    `  http://${address}/`,
    `http://[::ffff:${address}]/`,
    `http://[::${address}]/`,
    `http://[64:ff9b::${address}]/`,
    `http://[2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::1]/`,
    `http://[0:0:0:0:0:FFFF:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}]:80/`,
  ]
}

test('more than 200 spellings of private addresses are refused at accept time', () => {
  const addresses = [
    '127.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '100.64.0.1',
    '198.18.0.1',
  ]
  const urls = [
    ...[...addresses, '0.0.0.0', '224.0.0.1'].flatMap(notations),
    ...refusedIpv4.map((address) => `https://${address}/hook`),
    ...refusedIpv6.map((address) => `https://[${address}]:443/hook`),
    'http://localhost',
    'http://LOCALHOST:8080/',
    'http://localhost./',
    'http://sub.localhost/',
    'http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/',
    'http://127.1/',
    'http://0/',
    'http://0x7f.1/',
  ]
  assert.ok(new Set(urls).size > 200, `${new Set(urls).size} forms`)
  for (const url of urls) assert.notEqual(checkCallbackUrl(url, strict), null, url)
})

test('URLs that are no web address are refused wherever they point to', () => {
  const urls = [
    ...['', 'acme.example/hook', '/hook', '//acme.example', 'ftp://acme.example', 'file:///etc/passwd'],
    ...['gopher://acme.example', 'javascript:alert(1)', 'data:text/plain,x', 'ws://acme.example', 'http://'],
    ...['https://user@acme.example', 'https://user:secret@acme.example', 'https://:secret@acme.example'],
    ...['https://acme.example\r\nHost: x', 'https://acme.example/\0', 'https://acme.example/\ud800', 'http://[::1'],
    ...['http://256.256.256.256', 'http://acme.example:99999', 'http://fe80::1', 'http://[fe80::1%25eth0]/'],
    `https://acme.example/${'x'.repeat(urlLengthMax)}`,
  ]
  for (const url of urls) assert.notEqual(checkCallbackUrl(url, { allowPrivateNetworks: true }), null, url)
})

test('ordinary URLs pass: names, ports, queries, international names, public addresses', () => {
  const urls = [
    ...['https://acme.example', 'http://acme.example:8080/a/b?c=d&e=%20f#g', 'https://bücher.example/dlr'],
    ...['https://xn--bcher-kva.example', 'https://acme.example./', 'https://8.8.8.8/', 'https://[2606:4700::1111]/'],
    ...['https://localhost.acme.example', 'https://notlocalhost', 'https://10.acme.example'],
  ]
  for (const url of urls) assert.equal(checkCallbackUrl(url, strict), null, url)
})

test('private networks can be allowed, what is no web address cannot', () => {
  for (const url of ['http://127.0.0.1:8080/', 'http://localhost/', 'http://[::1]/', 'http://10.0.0.1']) {
    assert.equal(checkCallbackUrl(url, { allowPrivateNetworks: true }), null, url)
  }
})
