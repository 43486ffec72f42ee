"""What usually lies behind a finding, what people do about it, and where that is from."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tensorboard_plugin_paramviz.analysis.insight.nouns import Finding

#: By insight: likely causes, what people do, source.
WORDS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...], str]]] = {
    "spike": (
        ("a batch unlike the others", "a learning rate near the edge of what is stable", "Adam's second moment lags"),
        ("look at the batches just before", "clip gradients", "lower the learning rate or beta2", "skip those batches"),
        "OLMo-core's stability monitor (mean + 6 sigma of the last 128 steps); PaLM, arXiv 2204.02311 (skips batches)",
    ),
    "divergence": (
        ("the learning rate is too high", "attention logits or one block's weights run away", "a numerical fault"),
        ("go back to a saved state before it", "lower the learning rate or warm up longer", "clip gradients",
         "normalize queries and keys"),
        "Wortsman et al. 2023, arXiv 2309.14322; Rybakov et al. 2024, arXiv 2410.16682; PaLM, arXiv 2204.02311",
    ),
    "oscillation": (
        ("the learning rate is at the edge of stability", "momentum too high for this batch size"),
        ("lower the learning rate or let it decay", "use larger batches"),
        "Cohen et al. 2021, arXiv 2103.00065 (the edge of stability); 2022, arXiv 2207.14484 (the same of Adam)",
    ),
    "plateau": (
        ("an ability forms that needs several parts at once", "no gradient comes through", "a learning rate too low"),
        ("wait, if gradients are healthy", "look at the gradient of each layer", "try a higher learning rate"),
        "Olsson et al. 2022, arXiv 2209.11895 (induction heads form at once)",
    ),
    "overfitting": (
        ("the model knows the training data by heart", "too little data for its size", "too many passes over the data"),
        ("stop at the lowest validation loss", "more data, dropout or weight decay", "a smaller model"),
        "Goodfellow, Bengio & Courville 2016, Deep Learning, section 7.8 (early stopping)",
    ),
    "grokking": (
        ("weight decay slowly favours the general solution over the one learned by heart",),
        ("train on", "see how the embedding takes its places now"),
        "Power et al. 2022, arXiv 2201.02177; Nanda et al. 2023, arXiv 2301.05217",
    ),
    "learning_rate_too_high": (
        ("a rate that was chosen for another size, batch or optimizer", "too short a warm-up"),
        ("compare with a run at a quarter of the rate", "warm up longer"),
        "Kaplan et al. 2020, arXiv 2001.08361, appendix D (learning rates by model size)",
    ),
    "learning_rate_too_low": (
        ("a rate that was chosen for another size, batch or optimizer", "weights trained before, to be changed gently"),
        ("multiply the learning rate by 3 and compare",),
        "Kaplan et al. 2020, arXiv 2001.08361, appendix D (learning rates by model size)",
    ),
    "vanishing_gradients": (
        ("a block through which nothing comes", "saturated or dead units above", "missing residual connection or norm"),
        ("look at the block above the first sick one", "check residual connections and initialization"),
        "Glorot & Bengio 2010 (AISTATS); SageMaker Debugger's VanishingGradient (1e-7)",
    ),
    "exploding_gradients": (
        ("the product of the blocks' derivatives grows with depth", "a learning rate too high"),
        ("clip gradients", "lower the learning rate", "normalize before each block"),
        "Pascanu et al. 2013, arXiv 1211.5063",
    ),
    "dead_units": (
        ("a large step pushed the units' biases down", "a learning rate too high for this layer"),
        ("lower the learning rate", "use GELU or a gated unit", "start the dead units anew"),
        "Sokar et al. 2023, arXiv 2302.12902; Voita et al. 2023, arXiv 2309.04827; SageMaker's DeadRelu (50 %)",
    ),
    "attention_collapse": (
        ("query and key weights grow without bound", "a learning rate too high"),
        ("normalize queries and keys", "lower the learning rate", "more weight decay on them"),
        "Zhai et al. 2023, arXiv 2303.06296; Wortsman et al. 2023, arXiv 2309.14322",
    ),
    "rank_collapse": (
        ("one direction wins in these matrices", "inputs that all look alike"),
        ("compare with the healthy blocks beside it", "lower the learning rate", "check the norm before the block"),
        "Martin & Mahoney 2018, arXiv 1810.01075 (rank collapse of weight matrices); WeightWatcher (stable rank)",
    ),
    "embedding_collapse": (
        ("all rows are pushed the same way", "frequent tokens dominate the gradient of tied weights"),
        ("lower the learning rate", "untie or normalize the embeddings", "more weight decay on them"),
        "Gao et al. 2019, arXiv 1907.12009; RankMe, arXiv 2210.02885",
    ),
    "anisotropy": (
        ("a common direction, such as frequency, in all rows",),
        ("compare after taking the mean away: clusters need not suffer",),
        "Ethayarajh 2019, arXiv 1909.00512; Mu & Viswanath 2018, arXiv 1702.01417 (taking the mean away)",
    ),
    "norm_drift": (
        ("weight decay against few updates", "weights that grow because their scale doesn't matter"),
        ("compare with the equilibrium of AdamW", "check which parameters decay"),
        "Kosson et al. 2023, arXiv 2305.17212 (equilibrium); Takase et al. 2023, arXiv 2312.16903 (small embeddings)",
    ),
    "cluster_born": (
        ("tokens that are used alike get alike gradients, and so come to stand together",),
        ("see whether its tokens have something in common: that is what the model has learned",),
        "Mikolov et al. 2013, arXiv 1301.3781 (words used alike come to lie close); separation: Rousseeuw 1987",
    ),
    "cluster_merged": (
        ("what told the groups apart matters less than what they share", "the embedding loses directions"),
        ("look at the embedding's effective rank at that step", "compare the tokens of the groups: are they alike?"),
        "transitions after MONIC, Spiliopoulou et al. 2006 (KDD); separation: Rousseeuw 1987",
    ),
    "cluster_split": (
        ("the model begins to tell apart tokens that it treated alike",),
        ("compare the parts: the difference is what was learned there",),
        "transitions after MONIC, Spiliopoulou et al. 2006 (KDD); separation: Rousseeuw 1987",
    ),
    "cluster_dissolved": (
        ("its tokens find places of their own, each by its use", "the rows are shaken off their places"),
        ("see whether the loss changes at that step", "look at where its tokens go"),
        "transitions after MONIC, Spiliopoulou et al. 2006 (KDD); separation: Rousseeuw 1987",
    ),
    "undertrained_tokens": (
        ("the tokenizer has tokens that the data hardly holds",),
        ("drop them or add data that holds them", "don't trust what the model says about them"),
        "Land & Bartolo 2024, arXiv 2405.05417",
    ),
    "update_ratio": (
        ("Adam's epsilon is as large as the gradients", "a step far beyond what the learning rate explains"),
        ("lower epsilon", "look at the layer's gradient", "check parameter groups"),
        "the law of AdamW's steps, lr (0.229 to 1) / rms; Kosson et al. 2023, arXiv 2305.17212",
    ),
    "non_finite": (
        ("overflow in half precision", "a division by zero or a logarithm of zero", "divergence before it"),
        ("go back to a saved state before it", "look at the first layer named", "use bfloat16 or a loss scaler"),
        "IEEE 754: one NaN reaches everything it is added to",
    ),
    "clip_rate": (
        ("the clipping threshold is below the usual gradient",),
        ("raise the threshold to about the usual norm", "with Adam little is lost: its steps have their own size"),
        "Pascanu et al. 2013, arXiv 1211.5063 (a threshold from the usual norm)",
    ),
    "initial_loss": (
        ("above: an output layer that starts too large", "below: weights that were trained before, or easy data"),
        ("scale the output layer's start down", "check the loss of a model that guesses: ln V"),
        "Karpathy 2022, makemore part 3; ln V is the entropy of an even guess",
    ),
    "resume": (
        ("the run was stopped and went on from a saved state",),
        ("check that optimizer state and data order were saved too",),
        "TensorBoard's purge_step",
    ),
    "convergence": (
        ("what this data, model and learning rate allow is nearly learned",),
        ("stop here, or train on with more data or a larger model",),
        "ln(loss) changes by less than 0.012 in a tenth of the run",
    ),
}  # fmt: skip


def explained(finding: Finding) -> Finding:
    """The same finding with causes, remedies and source."""
    causes, remedies, source = WORDS[finding.insight]
    return replace(finding, causes=causes, remedies=remedies, source=source)
