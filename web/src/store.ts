// What the device keeps of one profile: an encrypted state and an encrypted log of what came after it, in IndexedDB.
//
// Every change is one transaction, so a crash leaves what was before it or what is after it. Nothing here knows what a
// profile is made of: states and entries are text.

/** Version of the layout below. A change of layout raises it, and says in `upgrade` what becomes of an older store. */
const SCHEMA = 1;
/** Version of what the texts mean; bound into each. */
const SEAL = 1;
const HEAD = 'head';
const KEY = 'key';
const STATE = 'state';

/** The store holds something else than this tab thinks, and must be read again. */
export class Moved extends Error {}
/** The store was emptied: by the person in another tab (`erased`), or by the browser. */
export class Gone extends Error {
  readonly erased: boolean;
  constructor(erased: boolean) {
    super(erased ? 'erased' : 'evicted');
    this.erased = erased;
  }
}

/** What is known of the store without reading its content. */
export interface Head {
  /** Drawn when the store was made: another one means that the browser took the earlier store away. */
  born: string;
  /** Changes when something was taken away, so that other tabs read everything again. */
  epoch: string;
  /** The last entry that the state covers. */
  upTo: number;
  /** When something was last written, by the device's clock. */
  at: number;
  /** When what is too old was last taken away, and how many days counted as that. */
  swept?: { at: number; days: number };
  /** Emptied by the person; nothing but this is there. */
  erased?: true;
}

/** An encrypted text. */
interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

/** The content of the store, or what came since. */
export interface Content {
  head: Head;
  /** Whether it is everything. */
  full: boolean;
  state: string | undefined;
  entries: string[];
  /** Number of the last entry. */
  last: number;
}

/** The store of one profile. */
export class Store {
  readonly #name: string;
  readonly #database: IDBDatabase;
  readonly #key: CryptoKey;
  /** Called when the browser takes the database away, the person does, or a newer version of the package needs it. */
  onClose: (why: 'evicted' | 'erased' | 'newer') => void = () => {};

  private constructor(name: string, database: IDBDatabase, key: CryptoKey) {
    this.#name = name;
    this.#database = database;
    this.#key = key;
    database.onclose = () => this.onClose('evicted');
    database.onversionchange = ({ newVersion }) => {
      database.close();
      this.onClose(newVersion === null ? 'erased' : 'newer');
    };
  }

  /** Opens the store; undefined where there is none and none is to be made. */
  static async open(name: string, create: boolean): Promise<Store | undefined> {
    const database = await openDatabase(`predilect/${name}`, create);
    if (!database) return undefined;
    try {
      // Made beforehand, for a transaction does not wait for it.
      const fresh = create
        ? await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
        : undefined;
      const key = await transact(database, create ? 'readwrite' : 'readonly', async ({ head }) => {
        const [found, key] = await Promise.all([ask<Head | undefined>(head.get(HEAD)), ask(head.get(KEY))]);
        if (found && !found.erased && key) return key as CryptoKey;
        if (!fresh) return undefined;
        head.put(fresh, KEY);
        const [born, epoch] = [crypto.randomUUID(), crypto.randomUUID()];
        head.put({ born, epoch, upTo: 0, at: Date.now() } satisfies Head, HEAD);
        return fresh;
      });
      if (key) return new Store(name, database, key);
    } catch (error) {
      database.close();
      throw error;
    }
    database.close();
    return undefined;
  }

  /** Everything, or with `since` the entries after that one. */
  async read(since?: { epoch: string; last: number }): Promise<Content> {
    const { head, full, sealed, entries, last } = await transact(this.#database, 'readonly', async (stores) => {
      const head = await this.#head(stores.head);
      const full = since?.epoch !== head.epoch || since.last < head.upTo;
      const from = full ? head.upTo : since.last;
      const range = IDBKeyRange.lowerBound(from, true);
      const [sealed, entries, keys] = await Promise.all([
        full ? ask<Sealed | undefined>(stores.state.get(STATE)) : undefined,
        ask<Sealed[]>(stores.log.getAll(range)),
        ask(stores.log.getAllKeys(range)),
      ]);
      return { head, full, sealed, entries, last: (keys.at(-1) as number | undefined) ?? from };
    });
    const texts = await Promise.all(entries.map((entry) => this.#unseal('log', entry)));
    return { head, full, state: sealed && (await this.#unseal('state', sealed)), entries: texts, last };
  }

  /** Adds an entry behind those that the tab knows; gives its number and those that came in between. */
  async append(text: string, known: { epoch: string; last: number }): Promise<{ last: number; entries: string[] }> {
    const sealed = await this.#seal('log', text);
    const { last, between } = await transact(this.#database, 'readwrite', async (stores) => {
      const head = await this.#head(stores.head);
      if (head.epoch !== known.epoch || head.upTo > known.last) throw new Moved();
      const between = await ask<Sealed[]>(stores.log.getAll(IDBKeyRange.lowerBound(known.last, true)));
      stores.head.put({ ...head, at: Date.now() } satisfies Head, HEAD);
      return { last: (await ask(stores.log.add(sealed))) as number, between };
    });
    return { last, entries: await Promise.all(between.map((entry) => this.#unseal('log', entry))) };
  }

  /** Replaces the state and the log by a new state, if the store is still as the tab knows it. */
  async rewrite(state: string, known: { epoch: string; last: number }, change: Partial<Head>): Promise<Head> {
    const sealed = await this.#seal('state', state);
    return transact(this.#database, 'readwrite', async (stores) => {
      const head = await this.#head(stores.head);
      const newer = await ask(stores.log.count(IDBKeyRange.lowerBound(known.last, true)));
      if (head.epoch !== known.epoch || head.upTo > known.last || newer > 0) throw new Moved();
      const next: Head = { ...head, ...change, upTo: known.last, at: Date.now() };
      stores.state.put(sealed, STATE);
      stores.log.clear();
      stores.head.put(next, HEAD);
      return next;
    });
  }

  /** Removes everything that is kept under a name, whatever version wrote it. */
  static async erase(name: string, open?: Store): Promise<void> {
    let store = open;
    try {
      store ??= await Store.open(name, false);
      if (!store) return;
      await transact(store.#database, 'readwrite', async (stores) => {
        for (const one of Object.values(stores)) one.clear();
        // Tells other tabs that this was meant, and was not the browser.
        stores.head.put({ born: '', epoch: '', upTo: 0, at: 0, erased: true } satisfies Head, HEAD);
      });
      store.close();
    } catch {
      // Of another version, or on a disk that is full.
      store?.close();
      const request = indexedDB.deleteDatabase(`predilect/${name}`);
      await new Promise((resolve, reject) => {
        request.onsuccess = resolve;
        request.onerror = () => reject(request.error);
        request.onblocked = () => reject(new DOMException('another tab holds it', 'InvalidStateError'));
      });
    }
  }

  close(): void {
    this.#database.close();
  }

  async #head(store: IDBObjectStore): Promise<Head> {
    const head = await ask<Head | undefined>(store.get(HEAD));
    if (!head || head.erased) throw new Gone(head?.erased === true);
    return head;
  }

  async #seal(kind: string, text: string): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(text);
    return { iv, data: await crypto.subtle.encrypt(this.#cipher(kind, iv), this.#key, plain) };
  }

  async #unseal(kind: string, { iv, data }: Sealed): Promise<string> {
    return new TextDecoder().decode(await crypto.subtle.decrypt(this.#cipher(kind, iv), this.#key, data));
  }

  /** An entry is of no use as a state, nor in another profile. */
  #cipher(kind: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
    return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(`${SEAL} ${kind} ${this.#name}`) };
  }
}

function openDatabase(name: string, create: boolean): Promise<IDBDatabase | undefined> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, SCHEMA);
    let absent = false;
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion === 0 && !create) {
        // Undoes the making of the database, too.
        absent = true;
        request.transaction?.abort();
        return;
      }
      upgrade(request.result);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => (absent ? resolve(undefined) : reject(request.error));
  });
}

/** Makes of an older layout, or of nothing, the present one: what is there stays. */
function upgrade(database: IDBDatabase): void {
  for (const store of [HEAD, STATE, 'log']) {
    if (!database.objectStoreNames.contains(store))
      database.createObjectStore(store, { autoIncrement: store === 'log' });
  }
}

type Stores = Record<'head' | 'state' | 'log', IDBObjectStore>;

/** Runs one transaction; settled when it is on the disk, or undone. */
function transact<T>(database: IDBDatabase, mode: IDBTransactionMode, run: (stores: Stores) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction([HEAD, STATE, 'log'], mode);
    const store = (name: string): IDBObjectStore => transaction.objectStore(name);
    let outcome: { value: T } | undefined;
    let failure: unknown;
    // Where the browser takes the database away, a transaction may end without a word.
    const closed = (): void => reject(new DOMException('the database was closed', 'InvalidStateError'));
    database.addEventListener('close', closed, { once: true });
    const over = (): void => database.removeEventListener('close', closed);
    transaction.addEventListener('complete', over);
    transaction.addEventListener('abort', over);
    transaction.oncomplete = () => (outcome ? resolve(outcome.value) : reject(failure));
    transaction.onabort = () => reject(transaction.error ?? failure ?? new DOMException('aborted', 'AbortError'));
    run({ head: store(HEAD), state: store(STATE), log: store('log') }).then(
      (value) => {
        outcome = { value };
      },
      (error: unknown) => {
        failure = error;
        try {
          transaction.abort();
        } catch {
          // It is over already.
        }
      },
    );
  });
}

function ask<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
