/** What a finding says, with its tokens as the cloud writes them. */

import { piecesOf } from "../findings/sentence";
import { sentenceOf } from "../store/finding_marks";
import type { Finding } from "../wire.gen";
import { displayLabel } from "../words/tokens";

export function Sentence({ of }: { of: Finding }) {
  return (
    <>
      {piecesOf(sentenceOf(of), of.tokens).map((piece, i) =>
        "words" in piece ? (
          piece.words
        ) : (
          <code key={`${i} ${piece.token}`} class="token-word">
            {displayLabel(piece.token)}
          </code>
        ),
      )}
    </>
  );
}
