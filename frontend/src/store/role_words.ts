/** What a layer of each role is called; what it is for stands in the explanations. Pure. */

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

const NAMES: Readonly<Record<Role, string>> = {
  token_embedding: "Token embedding",
  position_embedding: "Position embedding",
  attn_qkv: "Attention, Q K V",
  attn_q: "Attention, queries",
  attn_k: "Attention, keys",
  attn_v: "Attention, values",
  attn_out: "Attention, output",
  mlp_up: "MLP, up",
  mlp_gate: "MLP, gate",
  mlp_down: "MLP, down",
  norm: "Norm",
  lm_head: "Head",
  other: "Layer",
};

/** A role of a later version is "other", as it is in the reader. */
const known = (role: string): Role => (role in NAMES ? (role as Role) : "other");

/** "Attention, output", for the line below the layer's name. */
export const roleName = (role: string): string => NAMES[known(role)];

/** Its key among the explanations. */
export const roleKey = (role: string): string => `role:${known(role)}`;
