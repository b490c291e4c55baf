import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import type { SmppSettings } from './settings.ts'

/** The node:tls options of a carrier, its PEM files read now. Rejects when a file cannot be read. */
export async function readTlsFiles({ tls }: SmppSettings): Promise<ConnectionOptions> {
  const options = typeof tls === 'boolean' ? {} : tls
  const [ca, cert, key] = await Promise.all([options.caFile, options.certFile, options.keyFile].map(readPem))
  return {
    rejectUnauthorized: options.rejectUnauthorized ?? true,
    ...(options.servername !== undefined && { servername: options.servername }),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  }
}

async function readPem(file: string | undefined): Promise<string | null> {
  return file === undefined ? null : readFile(file, 'utf8')
}
