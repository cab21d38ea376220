try {
  module.exports = require("../dist/testing.js");
} catch (error) {
  require("./refuse.cjs")(error);
}
