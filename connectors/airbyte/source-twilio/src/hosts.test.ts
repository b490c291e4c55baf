import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostsAt } from './hosts.ts'

test('without a base URL each host is its own', () => {
  const hosts = hostsAt(null)
  assert.equal(hosts.url('monitor', '/v1/Alerts?PageSize=1'), 'https://monitor.twilio.com/v1/Alerts?PageSize=1')
  assert.equal(hosts.pathOf('monitor', 'https://monitor.twilio.com/v1/Alerts?Page=1'), '/v1/Alerts?Page=1')
})

test('a base URL stands for all hosts', () => {
  const hosts = hostsAt('http://127.0.0.1:9/twilio/')
  assert.equal(hosts.url('api', '/2010-04-01/Accounts.json'), 'http://127.0.0.1:9/twilio/api/2010-04-01/Accounts.json')
  assert.equal(hosts.pathOf('studio', 'http://127.0.0.1:9/twilio/studio/v1/Flows?Page=1'), '/v1/Flows?Page=1')
  assert.equal(hosts.pathOf('studio', 'https://studio.twilio.com/v1/Flows?Page=1'), '/v1/Flows?Page=1')
})

test('an answer cannot send the credentials to another host', () => {
  const hosts = hostsAt(null)
  for (const address of ['https://evil.example/v1/Alerts?Page=1', '//evil.example/v1/Alerts?Page=1']) {
    assert.equal(new URL(hosts.url('monitor', hosts.pathOf('monitor', address))).host, 'monitor.twilio.com')
  }
})
