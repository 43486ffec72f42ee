"""What usually lies behind a finding, what people do about it, and where that is from."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tensorboard_plugin_paramviz.analysis.insight.nouns import Finding

#: Behind the source of a rule whose numbers no source gives.
_OURS: Final = "; limits chosen here"
#: The formula counts parameters without embeddings and is said to break down above 10^10 of them.
_RATES: Final = (
    "Kaplan et al. 2020, arXiv 2001.08361, appendix D.6 (by number of parameters, there without embeddings); 6e-5 at "
    "least as in GPT-3, Brown et al. 2020, arXiv 2005.14165"
)
#: By insight: likely causes, what people do, source.
WORDS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...], str]]] = {
    "spike": (
        ("a batch unlike the others", "a learning rate near the edge of what is stable",
         "Adam's second moment lags behind gradients that grow"),
        ("look at the batches just before", "clip gradients", "lower the learning rate or beta2", "skip those batches"),
        "OLMo-core's stability monitor (mean + 6 sigma of the last 128 steps); PaLM, arXiv 2204.02311 (skips batches); "
        "Wortsman et al. 2023, arXiv 2304.13013 (the second moment lags)",
    ),
    "divergence": (
        ("the learning rate is too high", "attention logits or one block's weights run away", "a numerical fault"),
        ("go back to a saved state before it", "lower the learning rate or warm up longer", "clip gradients",
         "normalize queries and keys"),
        "Wortsman et al. 2023, arXiv 2309.14322; Rybakov et al. 2024, arXiv 2410.16682; PaLM, arXiv 2204.02311" + _OURS,
    ),
    "oscillation": (
        ("the learning rate is at the edge of stability", "data that comes round in the same order"),
        ("lower the learning rate or let it decay", "shuffle the data anew in each pass"),
        "Cohen et al. 2021, arXiv 2103.00065 (the edge of stability, full batches); 2022, arXiv 2207.14484 (with Adam)"
        + _OURS,
    ),
    "plateau": (
        ("an ability is forming that needs several parts at once", "no gradient comes through",
         "a learning rate too low"),
        ("wait, if gradients are healthy", "look at the gradient of each layer", "try a higher learning rate"),
        "Olsson et al. 2022, arXiv 2209.11895 (induction heads form in a short time); Saxe et al. 2014, arXiv "
        "1312.6120 (plateaus of deep linear networks)" + _OURS,
    ),
    "overfitting": (
        ("the model knows the training data by heart", "too little data for its size", "too many passes over the data"),
        ("stop at the lowest validation loss", "more data, dropout or weight decay", "a smaller model"),
        "Goodfellow, Bengio & Courville 2016, Deep Learning, section 7.8 (early stopping)" + _OURS,
    ),
    "grokking": (
        ("often weight decay, which slowly favours the general solution over the one learned by heart",),
        ("train on", "see how the embedding changes meanwhile"),
        "Power et al. 2022, arXiv 2201.02177; Nanda et al. 2023, arXiv 2301.05217" + _OURS,
    ),
    "learning_rate_too_high": (
        ("a rate that was chosen for another size, batch or optimizer", "too short a warm-up"),
        ("compare with a run at a quarter of the rate", "warm up longer"),
        _RATES + _OURS,
    ),
    "learning_rate_too_low": (
        ("a rate that was chosen for another size, batch or optimizer", "weights trained before, to be changed gently"),
        ("multiply the learning rate by 3 and compare",),
        _RATES + _OURS,
    ),
    "vanishing_gradients": (
        ("a block that lets nothing through, or a detach() on the way", "saturated or dead units",
         "a missing residual connection or norm", "layers that the loss doesn't go through"),
        ("look at the last layer named and the one after it: between them the gradient is lost on its way back",
         "check residual connections and initialization"),
        "Glorot & Bengio 2010 (AISTATS); SageMaker Debugger's VanishingGradient (1e-7)" + _OURS,
    ),
    "exploding_gradients": (
        ("each block makes the gradient longer on its way back", "a learning rate too high"),
        ("clip gradients", "lower the learning rate", "normalize before each block"),
        "Pascanu et al. 2013, arXiv 1211.5063" + _OURS,
    ),
    "dead_units": (
        ("a large step pushed the units' biases down", "a learning rate too high for this layer"),
        ("lower the learning rate", "use GELU or a gated unit", "start the dead units anew"),
        "Sokar et al. 2023, arXiv 2302.12902 (0.025); SageMaker Debugger's DeadRelu (50 %); Voita et al. 2023, arXiv "
        "2309.04827 (many in healthy models); the rise is chosen here",
    ),
    "attention_collapse": (
        ("query and key weights grow without bound", "a learning rate too high"),
        ("normalize queries and keys", "lower the learning rate",
         "divide the weights by their largest singular value"),
        "Zhai et al. 2023, arXiv 2303.06296; Wortsman et al. 2023, arXiv 2309.14322" + _OURS,
    ),
    "rank_collapse": (
        ("a learning rate so high that one direction takes over", "too much weight decay", "inputs that are all alike"),
        ("compare with the healthy blocks beside it", "lower the learning rate or the weight decay",
         "check the norm before the block"),
        "Martin & Mahoney 2018, arXiv 1810.01075 (rank collapse of weight matrices); WeightWatcher (stable rank)"
        + _OURS,
    ),
    "embedding_collapse": (
        ("tied weights: rows of rare tokens are all pushed away from what is predicted, so the same way",
         "a learning rate too high"),
        ("lower the learning rate", "untie or normalize the embeddings", "penalize the mean cosine of rows"),
        "Gao et al. 2019, arXiv 1907.12009; RankMe, arXiv 2210.02885" + _OURS,
    ),
    "anisotropy": (
        ("a direction that all rows share, often one of token frequency",),
        ("compare after taking the mean away: groups can be as clear as before",),
        "Mu & Viswanath 2018, arXiv 1702.01417 (taking the mean away); Ethayarajh 2019, arXiv 1909.00512 (contextual "
        "vectors)" + _OURS,
    ),
    "norm_drift": (
        ("weight decay on what gets few updates", "weights before a norm, which grow as their scale doesn't matter"),
        ("compare with the balance of AdamW, an RMS near sqrt(lr / (2 wd))", "check which parameters decay"),
        "Kosson et al. 2023, arXiv 2305.17212 (equilibrium); Takase et al. 2023, arXiv 2312.16903 (small embeddings)"
        + _OURS,
    ),
    "cluster_born": (
        ("tokens that are used alike get similar gradients, and so come to stand together",),
        ("see what its tokens have in common: that may be what the model has learned",),
        "Mikolov et al. 2013, arXiv 1301.3781 (words used alike come to lie close); separation: Rousseeuw 1987",
    ),
    "cluster_merged": (
        ("what told the groups apart matters less than what they share", "the embedding loses directions"),
        ("look at the embedding's effective rank at that step", "see whether the tokens of the groups are used alike"),
        "transitions after MONIC, Spiliopoulou et al. 2006 (KDD); separation: Rousseeuw 1987",
    ),
    "cluster_split": (
        ("the model begins to tell apart tokens that it treated alike",),
        ("compare the parts: how they differ may be what was learned there",),
        "transitions after MONIC, Spiliopoulou et al. 2006 (KDD); separation: Rousseeuw 1987",
    ),
    "cluster_dissolved": (
        ("its tokens find places of their own, each by its use", "the rows are shaken off their places"),
        ("see whether the loss changes at that step", "look at where its tokens go"),
        "transitions after MONIC, Spiliopoulou et al. 2006 (KDD); separation: Rousseeuw 1987",
    ),
    "undertrained_tokens": (
        ("the tokenizer has tokens that the data hardly holds", "rows that only fill the table up to a round size"),
        ("drop them or add data that holds them", "don't trust what the model says about them"),
        "Land & Bartolo 2024, arXiv 2405.05417 (by weights; here by gradients and changes)" + _OURS,
    ),
    "update_ratio": (
        ("far below: Adam's epsilon is as large as the gradients, no gradient comes, or no parameter group has it",
         "far above: something else than the optimizer's step changes the weights"),
        ("look at the layer's gradient", "check that the optimizer has all parameters", "lower epsilon"),
        "Adam's rule: Kingma & Ba 2015, arXiv 1412.6980; its balance: Kosson et al. 2023, arXiv 2305.17212" + _OURS,
    ),
    "non_finite": (
        ("overflow in half precision", "a division by zero or a logarithm of zero", "divergence before it"),
        ("go back to a saved state before it", "look at the first layer named", "use bfloat16 or a loss scaler"),
        "IEEE 754: one NaN reaches everything it is added to",
    ),
    "clip_rate": (
        ("the clipping threshold is below the usual gradient",),
        ("raise the threshold to about the usual norm", "with Adam, mostly leave it: its steps have their own size"),
        "Pascanu et al. 2013, arXiv 1211.5063 (a threshold from the usual norm)" + _OURS,
    ),
    "initial_loss": (
        ("above: an output layer that starts too large", "below: weights that were trained before, or easy data"),
        ("begin with a smaller output layer", "check that labels and vocabulary fit together"),
        "Karpathy 2022, makemore part 3; ln V is the entropy of an even guess" + _OURS,
    ),
    "resume": (
        ("the run was stopped and went on from a saved state",),
        ("check that optimizer state and data order were saved too",),
        "the run's event files, which say where a session begins",
    ),
    "convergence": (
        ("what this data, model and learning rate allow is nearly learned",),
        ("stop here, let the learning rate decay, or go on with more data or a larger model",),
        "Kaplan et al. 2020, arXiv 2001.08361 (power laws, which flatten)" + _OURS,
    ),
}  # fmt: skip


def explained(finding: Finding) -> Finding:
    """The same finding with causes, remedies and source."""
    causes, remedies, source = WORDS[finding.insight]
    return replace(finding, causes=causes, remedies=remedies, source=source)
