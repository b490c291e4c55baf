import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inflateSync } from 'node:zlib'
import { CONNECTORS, type Connector, readConnectorFile, readDefinition } from './definition.ts'

for (const connector of CONNECTORS) {
  describe(`the files of the connector in ${connector}`, () => {
    const { properties } = JSON.parse(readConnectorFile(connector, 'apiProperties.json').toString())

    test('a connection asks for the server and for a key that is never shown', () => {
      const { host, api_key: key } = properties.connectionParameters
      assert.equal(host.type, 'string')
      assert.equal(key.type, 'securestring')
      for (const { uiDefinition } of [host, key]) assert.equal(uiDefinition.constraints.required, 'true')
      assert.equal(key.uiDefinition.constraints.clearText, false)
    })

    test('the key is what the definition sends as the header apikey', () => {
      const { document } = readDefinition(connector)
      assert('securityDefinitions' in document && 'security' in document)
      assert.deepEqual(document.securityDefinitions, { api_key: { type: 'apiKey', in: 'header', name: 'apikey' } })
      assert.deepEqual(document.security, [{ api_key: [] }])
    })

    test('every request goes to the server of the connection, over HTTPS', () => {
      const [policy, ...others] = properties.policyTemplateInstances
      assert.deepEqual(others, [])
      assert.equal(policy.templateId, 'dynamichosturl')
      assert.deepEqual(policy.parameters, {
        'x-ms-apimTemplateParameter.urlTemplate': "https://@connectionParameters('host')",
      })
    })

    test('the icon is a small PNG of 230 by 230 on the brand colour, which is not one that Microsoft refuses', () => {
      const { width, height, bytes, corner } = readIcon(connector)
      assert.deepEqual([width, height], [230, 230])
      assert(bytes < 1_000_000)
      assert.equal(corner, properties.iconBrandColor)
      assert.doesNotMatch(properties.iconBrandColor, /^#(007ee5|ffffff)$/i)
    })
  })
}

/** Of a PNG with eight bits of red, green and blue, whose first row is not filtered. */
function readIcon(connector: Connector): { width: number; height: number; bytes: number; corner: string } {
  const png = readConnectorFile(connector, 'icon.png')
  const idat = png.indexOf('IDAT', 0, 'latin1')
  const rows = inflateSync(png.subarray(idat + 4, idat + 4 + png.readUInt32BE(idat - 4)))
  assert.equal(rows[0], 0)
  return {
    width: png.readUInt32BE(16),
    height: png.readUInt32BE(20),
    bytes: png.length,
    corner: `#${rows.subarray(1, 4).toString('hex')}`,
  }
}
