/** The table's file. */
export const TABLE: string;
/** The table's text for the SDK that is installed. */
export function generateEventOwners(): string;
