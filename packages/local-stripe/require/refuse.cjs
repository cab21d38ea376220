/** Says in words what an older Node says with ERR_REQUIRE_ESM; Jest says the same on Nodes that are new enough. */
module.exports = function refuse(error) {
  if (error.code !== "ERR_REQUIRE_ESM" || process.features.require_module) throw error;
  const needed = "Node.js 20.19 or a later 20, or 22.12 or newer";
  const message = `require("@repo/local-stripe") needs ${needed}, and this is ${process.versions.node}.`;
  throw new Error(message, { cause: error });
};
