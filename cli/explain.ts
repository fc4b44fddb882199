/** What an error of the cloud's client or of the network means for whoever ran the command, in one line. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = error.message.split('\n')[0] ?? '';
  const code = 'code' in error ? String(error.code) : '';
  if (
    ['CredentialsProviderError', 'ExpiredTokenException', 'ExpiredToken', 'TokenProviderError'].includes(error.name)
  ) {
    return `the cloud does not know who you are (${said}); sign in, or set AWS_PROFILE`;
  }
  if (['UnrecognizedClientException', 'InvalidSignatureException', 'InvalidClientTokenId'].includes(error.name)) {
    return `the cloud does not accept these credentials (${said}); sign in anew`;
  }
  if (/^AccessDenied/.test(error.name)) return `${said}; docs/operations.md lists the rights each command needs`;
  if (['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ETIMEDOUT', 'TimeoutError'].includes(code || error.name)) {
    return `${said || code}; is the network, the region and AWS_ENDPOINT_URL right?`;
  }
  return said === '' ? error.name : said;
}
