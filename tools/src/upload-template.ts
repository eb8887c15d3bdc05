import { DomainError } from '@nephos/model/errors';

/** Sends the bytes of a template; `NEPHOS_TOKEN` says who does. */
export async function uploadTemplate(url: string, templateId: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const response = await fetch(`${url}/api/v1/template.upload?templateId=${templateId}&offset=0`, { method: 'PUT', body: bytes, headers: { authorization: `Bearer ${process.env['NEPHOS_TOKEN']}` } });
  if (!response.ok) throw new DomainError('UNEXPECTED', `The template was not taken: ${await response.text()}`);
}
