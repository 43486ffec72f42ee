/** The tours there are, as links write them. Pure. */

export type GuideId = "looking" | "embeddings" | "gradients" | "diagnosis" | "grokking";
export const GUIDE_IDS: readonly GuideId[] = ["looking", "embeddings", "gradients", "diagnosis", "grokking"];
