/**
 * Switches off the mutant of the run before, which Stryker leaves on in a thread that is kept, until it switches on the next
 * one. What a suite calls while it is read must find the code as it is.
 */
const { __stryker__: stryker } = globalThis as { __stryker__?: { activeMutant?: string | undefined } };
if (stryker !== undefined) stryker.activeMutant = undefined;
