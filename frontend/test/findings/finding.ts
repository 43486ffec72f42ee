/** A finding for tests: whatever isn't said is plain. */

import type { Finding } from "../../src/wire.gen";

export const finding = (more: Partial<Finding> = {}): Finding => ({
  insight: "vanishing_gradients",
  severity: "problem",
  first_step: 400,
  last_step: 1000,
  layers: [],
  tokens: [],
  sentence: "From step 400 on next to no gradient reaches h.0.",
  confidence: 0.9,
  evidence: null,
  causes: ["dead units above"],
  remedies: ["look at the block above"],
  source: "Glorot & Bengio 2010",
  ...more,
});
