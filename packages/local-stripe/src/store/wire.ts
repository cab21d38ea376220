/** An object as it travels: the names and values of its JSON. */
export type Wire = Readonly<Record<string, unknown>>;
