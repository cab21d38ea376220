import { describe } from "vitest";
import { itRunsRandomPrograms } from "./random-programs.js";

describe("with metadataTenancy", () => itRunsRandomPrograms("metadataTenancy"));
