import { describe } from "vitest";
import { itRunsOperatedPrograms } from "./operated-programs.js";

describe("with metadataTenancy and an operator", () => itRunsOperatedPrograms("metadataTenancy"));
