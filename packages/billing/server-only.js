// Bundlers for browsers are led here instead of to the package, by the condition "browser" in package.json. There is no such
// module as the one below, so the build fails with a message that says why.
export * from "@repo/billing runs on servers only, since it needs a secret key. In a browser, import @repo/billing/client.";
