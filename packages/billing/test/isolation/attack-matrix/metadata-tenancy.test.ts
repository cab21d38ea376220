import { describe } from "vitest";
import { describeAttackMatrix } from "./attack-matrix.js";

describe("with metadataTenancy", () => describeAttackMatrix("metadataTenancy"));
