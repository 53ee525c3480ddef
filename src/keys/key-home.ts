/** Where the text of one brand's signing keys rests, the same for every process that signs for the brand. */
export interface KeyHome {
  /** For messages: a path, or what else an operator would look for. */
  place: string;
  /** Nothing can be changed here: what is due stays undone. */
  isReadOnly?: boolean;
  /** The command that makes the keys, for messages. */
  command: string;
  /** @throws KeyError */
  read(): Promise<string | undefined>;
  /** Another one whenever the text is another one; cheap enough to be asked each second, of a thousand brands. */
  stamp(): Promise<string | undefined>;
  /** Writes the first keys unless there are some. Of any number of processes exactly one writes. @throws KeyError */
  create(text: string): Promise<void>;
  /**
   * Replaces the text by what `change` makes of it; undefined leaves it. One process at a time; whoever dies in
   * between leaves the old text or the new one.
   * @param wait until others are done; otherwise `busy`
   * @throws KeyError
   */
  change(
    change: (text: string) => Promise<string | undefined>,
    options: { wait: boolean },
  ): Promise<'changed' | 'same' | 'busy'>;
}
