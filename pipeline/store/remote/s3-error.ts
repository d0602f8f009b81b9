/** What AWS's library puts into the errors that it throws, as far as it is known. */
interface S3Error extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Whether an answer says that there is nothing of a name. (A bucket that isn't there is another matter.) */
export const isAbsent = (error: unknown): boolean =>
  error instanceof Error && ['NoSuchKey', 'NotFound'].includes(error.name);

/** What went wrong, as a person may read it, and what to do. */
export function explainS3Error(error: unknown): Error {
  const { name, message, code, $metadata } = error as S3Error;
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && message.includes('Deserialization'))
    return new Error(`it answered ${status}, but not as S3 does; is it one, and not a proxy?`, {
      cause: error,
    });
  if (status !== undefined) {
    const said = [name, message].filter((text) => !NO_NAME.test(text));
    const hint = status === 401 || status === 403 ? `; ${CREDENTIALS}` : '';
    return new Error([`it answered ${status}`, ...said].join(': ') + hint, { cause: error });
  }
  if (name === 'CredentialsProviderError')
    return new Error(`no credentials; ${CREDENTIALS}`, { cause: error });
  return new Error(message || code || name, { cause: error }); // a refused connection has no message
}

/** What the library says where an answer has no name or no message, such as one to HEAD. */
const NO_NAME = /^(|Error|\d+|Unknown|UnknownError)$/;
const CREDENTIALS =
  'check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, and what they are allowed to do';
