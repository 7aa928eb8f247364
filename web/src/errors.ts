/** What went wrong, as a word that stays the same between versions. */
export type ErrorCode =
  /** The catalogue ends before it should: an interrupted download or copy. */
  | 'catalogue-truncated'
  /** The catalogue's own checks fail: its bytes were changed. */
  | 'catalogue-corrupt'
  /** The catalogue was written by another version of the builder. */
  | 'catalogue-version'
  /** The file is something else: a page, an image, an empty file. */
  | 'not-a-catalogue'
  /** Catalogue, profile and model do not come from the same encoder. */
  | 'encoder-mismatch'
  /** Two vectors have different lengths. */
  | 'dimension-mismatch'
  /** The catalogue has no item of this id. */
  | 'unknown-item'
  /** A text holds nothing to encode. */
  | 'empty-text'
  /** An event has an unknown kind, an unknown key or a value out of range. */
  | 'bad-event'
  /** A request has an unknown key or a value out of range. */
  | 'bad-request'
  /** `after` is not the `next` of a list of this catalogue as it is now. */
  | 'bad-cursor'
  /** The snapshot's bytes were changed or cut. */
  | 'snapshot-corrupt'
  /** The snapshot was written by another version. */
  | 'snapshot-version'
  /** The text is no head, or one of another version. */
  | 'head-corrupt'
  /** The model or tokenizer is damaged, or is not what its manifest says. */
  | 'model-corrupt'
  /** The model asks for something this encoder cannot do. */
  | 'model-unsupported'
  /** An option or argument has the wrong name or type. */
  | 'bad-input'
  /** The address answers, but with something that is not WebAssembly (usually HTML). */
  | 'not-wasm'
  /** Nothing is at this address. */
  | 'not-found'
  /** The address cannot be reached, or the transfer broke off. */
  | 'network'
  /** The caller's `AbortSignal` fired. */
  | 'aborted'
  /** The caller's `AbortSignal.timeout()` fired. */
  | 'timeout'
  /** The file is not an export of a profile, or not whole. */
  | 'not-an-export'
  /** The export was written by a newer version. */
  | 'export-version'
  /** The export is locked and the passphrase is missing or not the right one; or the file is damaged. */
  | 'wrong-passphrase'
  /** The device has no space to write the change; nothing is changed. */
  | 'storage-full'
  /** The device cannot write the change for another reason; nothing is changed. */
  | 'storage-failed'
  /** The person has not agreed to reports, or the browser asks not to be profiled. */
  | 'not-permitted'
  /** Reports of the last seven days have used the privacy budget. */
  | 'budget-spent'
  /** The file is no index of words. */
  | 'not-words'
  /** The index of words is cut or was changed. */
  | 'words-corrupt'
  /** The index of words was written by another version of the builder. */
  | 'words-version'
  /** The index of words belongs to another catalogue. */
  | 'words-mismatch'
  /** A file of vectors is cut, or is something else. */
  | 'vectors-corrupt'
  /** There is no memory for so many vectors. */
  | 'out-of-memory'
  /** Records of a build are empty, have neither title nor text, or cannot be used for the most part. */
  | 'no-items'
  /** Bytes of a build are no text, or none in an encoding that is known. */
  | 'not-text'
  /** Records of a build have more bytes or items than permitted. */
  | 'too-large'
  /** `close()` was called. */
  | 'closed'
  /** The worker or a wasm module died or hung. In a worker of the package's own another takes its place; else create the recommender again. */
  | 'crashed';

/** The only kind of error this package rejects with. `message` names the culprit and what to do about it. */
export class PredilectError extends Error {
  override readonly name = 'PredilectError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An error in the form in which it crosses from the worker. */
export interface WireError {
  code: ErrorCode;
  message: string;
}

/** The error for a signal that fired: `timeout` for `AbortSignal.timeout()`, else `aborted`. */
export function abortError(signal: AbortSignal | undefined): PredilectError {
  const reason: unknown = signal?.reason;
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? new PredilectError('timeout', 'the call took longer than its AbortSignal allows', { cause: reason })
    : new PredilectError('aborted', 'the call was aborted by its AbortSignal', { cause: reason });
}

/** Whether the error is a trap of a wasm instance, after which the instance must not be used. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
}

/** Whatever was thrown, as a PredilectError. Errors of the wasm modules carry their `code` already. */
export function toPredilectError(error: unknown): PredilectError {
  if (error instanceof PredilectError) return error;
  if (isTrap(error)) {
    return new PredilectError('crashed', `the wasm module stopped (${String(error)})`, { cause: error });
  }
  if (error instanceof Error) {
    const code: unknown = 'code' in error ? error.code : undefined;
    // A DOMException's `code` is a number and means nothing here.
    return new PredilectError(typeof code === 'string' ? (code as ErrorCode) : 'bad-input', error.message, {
      cause: error,
    });
  }
  return new PredilectError('bad-input', String(error));
}
