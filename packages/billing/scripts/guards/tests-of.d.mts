/** The tests that are the likeliest to miss a guard of the file, as beginnings of paths in `test`. */
export declare function likelyTests(guard: { readonly file: string }): readonly string[];
