/** What a layer of each role is for, and what is healthy: two sentences a role. Pure. */

export const ROLES = [
  "token_embedding",
  "position_embedding",
  "attn_qkv",
  "attn_q",
  "attn_k",
  "attn_v",
  "attn_out",
  "mlp_up",
  "mlp_gate",
  "mlp_down",
  "norm",
  "lm_head",
  "other",
] as const;
export type Role = (typeof ROLES)[number];

export interface RoleWords {
  /** "Attention, output", for the line below the name. */
  readonly name: string;
  readonly isWhat: string;
  /** After "Healthy:". */
  readonly healthy: string;
}

/** {block} becomes "block 3" where the layer stands in one, else "the model". */
const WORDS: Readonly<Record<Role, RoleWords>> = {
  token_embedding: {
    name: "Token embedding",
    isWhat: "Holds one vector for each token, with which the residual stream begins.",
    healthy:
      "Rows of frequent tokens settle first; untied from the head, only rows in the batch get a gradient, so its update ratio is uneven.",
  },
  position_embedding: {
    name: "Position embedding",
    isWhat: "Holds one vector for each place in the text, which is added to the token's.",
    healthy: "Neighbouring places come to resemble each other; places beyond the training length stay untrained.",
  },
  attn_qkv: {
    name: "Attention, Q K V",
    isWhat:
      "Makes the queries, keys and values of {block}'s heads in one matrix: queries and keys decide where to look, values what is passed on.",
    healthy:
      "The three parts stay of similar size; queries and keys that grow without end sharpen attention until it collapses onto single tokens.",
  },
  attn_q: {
    name: "Attention, queries",
    isWhat: "Turns the residual stream into the queries of {block}: what each token looks for.",
    healthy:
      "Its norm levels off together with the keys'; where both keep growing, attention logits do too and attention may collapse.",
  },
  attn_k: {
    name: "Attention, keys",
    isWhat: "Turns the residual stream into the keys of {block}: what each token can be found by.",
    healthy:
      "Its norm levels off together with the queries'; without rotary positions the softmax takes a bias here out, so its gradient is near zero.",
  },
  attn_v: {
    name: "Attention, values",
    isWhat: "Turns the residual stream into the values of {block}: what a token passes on to those that look at it.",
    healthy:
      "Its gradient is usually larger than that of queries and keys, as it reaches the loss without passing through the softmax.",
  },
  attn_out: {
    name: "Attention, output",
    isWhat: "Mixes what the heads of {block} gathered and writes it back to the residual stream.",
    healthy:
      "Often begun smaller than other matrices, by 1/√(2 × blocks), so its update ratio starts high and falls as its norm grows.",
  },
  mlp_up: {
    name: "MLP, up",
    isWhat: "Widens the residual stream into the hidden units of {block}'s MLP: each of them detects one direction.",
    healthy:
      "Few hidden units stay silent on all inputs, and its update ratio moves in step with that of other blocks.",
  },
  mlp_gate: {
    name: "MLP, gate",
    isWhat:
      "Computes how far each hidden unit of {block}'s MLP is opened; its output is multiplied with that of the up matrix.",
    healthy:
      "Its size stays near that of the up matrix; being multiplied, outliers in either are amplified by the other.",
  },
  mlp_down: {
    name: "MLP, down",
    isWhat: "Writes what the hidden units of {block}'s MLP found back to the residual stream.",
    healthy:
      "Often begun smaller than other matrices, by 1/√(2 × blocks), so its update ratio starts high and falls as its norm grows.",
  },
  norm: {
    name: "Norm",
    isWhat: "Brings each vector to a common size before the next layer reads it, with a gain for each dimension.",
    healthy: "Gains begin at one and move slowly, without a gain that runs away; usually they have no weight decay.",
  },
  lm_head: {
    name: "Head",
    isWhat: "Compares the last vector with one direction for each token and so gives every token its logit.",
    healthy:
      "Its gradient is the first that is made and among the largest early on; where it is tied, the token embedding has its numbers.",
  },
  other: {
    name: "Layer",
    isWhat: "A layer whose part in a transformer was not recognized from its name, type and shape.",
    healthy: "Its numbers are finite, and its update ratio changes no faster than that of its neighbours.",
  },
};

/** A role of a later version is "other", as it is in the reader. */
export function roleWords(role: string, block: number | null): RoleWords {
  const words = WORDS[role as Role] ?? WORDS.other;
  const place = block === null ? "the model" : `block ${block}`;
  return { ...words, isWhat: words.isWhat.replace("{block}", place) };
}
