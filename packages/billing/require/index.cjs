try {
  module.exports = require("../dist/index.js");
} catch (error) {
  require("./refuse.cjs")(error);
}
