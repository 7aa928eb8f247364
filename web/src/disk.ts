// Files of the disk, where the package runs in Node: there is no page that relative addresses belong to, and fetch reads no files.

interface Node {
  cwd(): string;
  /** Of Node 20.16 and newer. Asked for at run time, so that bundlers for the web see no module of Node's. */
  getBuiltinModule?(name: string): unknown;
}

const node = (globalThis as { process?: Node }).process;

/** The folder that relative addresses start from, as an address; undefined in a browser. */
export function workingFolder(): string | undefined {
  const url = node?.getBuiltinModule?.('node:url') as { pathToFileURL(path: string): URL } | undefined;
  return url && node ? `${url.pathToFileURL(node.cwd()).href}/` : undefined;
}

/** The file that an address of the disk names, as an answer; undefined for other addresses, and in a browser. */
export async function fromDisk(url: string): Promise<Response | undefined> {
  const files = url.startsWith('file:') && node?.getBuiltinModule?.('node:fs/promises');
  if (!files) return undefined;
  const { readFile } = files as { readFile(path: URL): Promise<Uint8Array<ArrayBuffer>> };
  try {
    return new Response(await readFile(new URL(url)));
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return new Response(null, { status: 404 });
    throw error;
  }
}
