/** Drops the metadata keys that are not the application's. A tenant's scope does it. */
export interface Reserved {
  withoutReserved(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
}
