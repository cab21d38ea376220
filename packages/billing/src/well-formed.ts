/** A string without half a character, an unpaired surrogate, which no request can hold: UTF-8 cannot write it. */
export const WELL_FORMED: RegExp = /^\P{Cs}*$/u;

/** What is wrong with another string. */
export const ILL_FORMED = "This one contains an unpaired surrogate, which is not valid Unicode.";
