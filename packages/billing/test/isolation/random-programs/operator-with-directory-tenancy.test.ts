import { describe } from "vitest";
import { itRunsOperatedPrograms } from "./operated-programs.js";

describe("with directoryTenancy and an operator", () => itRunsOperatedPrograms("directoryTenancy"));
