"""Synthetic runs in ordinary event files, without training and without torch.

The model, said plainly. A nanoGPT-like architecture is described, not built; what is written follows these laws:

* Learning rate: linear warm-up over 3 % of the steps, then a cosine to a tenth. All movement below is driven by it, in
  "progress" s = sum of lr / peak lr.
* Loss: a power law, L(t) = L_end + (ln V - L_end) (1 + t/tau)^-0.6 with tau = steps/200, and noise whose size shrinks
  with the batch gradient; validation stands above it by a gap that grows to 4 %.
* Embedding row v: relaxes from its Gaussian start to a target at the rate r_v ~ sqrt(token frequency), stirred by noise
  proportional to sqrt(lr): an Ornstein-Uhlenbeck process, stepped exactly, so that the number of snapshots does not
  change the course. A target is its token class's centre + its stem's vector (the same for a and A) + the frequency
  direction + a part of its own. Positions relax to a slow helix.
* Matrices: rms^2 approaches lr / (2 wd) at the rate 2 lr wd, AdamW's equilibrium for weights whose scale is free.
* Update ratio: lr c / rms, where the coherence c falls from 1 (gradients agree) to sqrt((1-b1)/(1+b1)) = 0.229 (noise).
* Gradient norm: decays by a power law to a floor, deeper blocks a little smaller, log-normal noise.
* Probe: attention that sharpens and a residual stream that grows with progress (probe.py); geometry is measured on the
  rows, by what `watch()` measures it with. Both with each tenth snapshot.

A scenario (scenarios/) changes these numbers over the run, as its docstring says, and writes down the truth about what
it planted (truth.py). The way of the data: a scenario makes a Course, a Simulation turns it into events, `write` puts
them into event files; faults.py breaks such files afterwards.

Everything but the wall times follows from --seed. Letters: T snapshots, N steps, L layers, S stats, R rows, D dims.
"""
