/** A server under measurement. */
export interface Subject {
  name: string;
  issuer: string;
  /** The process whose tree is measured. */
  pid: number;
  /** The store's process, which only this server uses; absent: the store is inside. */
  redisPid: number | undefined;
  /** Milliseconds from the spawn until it answered. */
  startedAfter: number;
  /** Adds consumers who signed in a while ago. @returns their Cookie headers */
  fill(count: number): Promise<string[]>;
  stop(): Promise<void>;
}

/** One that serves several brands. */
export interface BrandsSubject extends Subject {
  /** Of every brand. */
  issuers: readonly string[];
  /** Adds consumers to every brand. @returns their Cookie headers, by brand */
  fillEach(count: number): Promise<string[][]>;
}
