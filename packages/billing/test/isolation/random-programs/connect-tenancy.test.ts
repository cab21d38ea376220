import { describe } from "vitest";
import { itRunsRandomPrograms } from "./random-programs.js";

describe("with connectTenancy", () => itRunsRandomPrograms("connectTenancy"));
