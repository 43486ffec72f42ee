"""The Hugging Face Trainer: one callback. A GPT-2 with random weights learns to count.

python examples/hugging_face.py [OUTPUT_DIR]

The snapshots go where the Trainer's own scalars go, and its tokenizer names the tokens. For a loop of your own, see
any_module.py: `watch()` takes a Hugging Face model as it is.
"""

import sys

import torch
from tokenizers import Tokenizer, models
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast, Trainer, TrainingArguments

from tensorboard_plugin_paramviz import HuggingFaceCallback

STEPS, NUMBERS, LENGTH = 200, 32, 16

output_dir = sys.argv[1] if len(sys.argv) > 1 else "runs/hugging_face"
torch.manual_seed(0)
vocabulary = {str(number): number for number in range(NUMBERS)}
tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel(vocabulary, "0")), pad_token="0")
rows = [[(start + i) % NUMBERS for i in range(LENGTH)] for start in range(NUMBERS)]
config = GPT2Config(
    vocab_size=NUMBERS, n_positions=LENGTH, n_embd=32, n_layer=2, n_head=4, bos_token_id=0, eos_token_id=0
)
trainer = Trainer(
    GPT2LMHeadModel(config),
    TrainingArguments(
        output_dir,
        max_steps=STEPS,
        per_device_train_batch_size=16,
        learning_rate=3e-3,
        logging_steps=10,
        save_strategy="no",
        report_to="tensorboard",
        disable_tqdm=True,
        use_cpu=not torch.cuda.is_available(),
    ),
    train_dataset=[{"input_ids": row, "labels": row} for row in rows],
    processing_class=tokenizer,
    # So small a model would be recorded more rarely by itself: leave both options out in a real training.
    callbacks=[HuggingFaceCallback(every=10, max_overhead=None)],
)
trainer.train()
print(f"See it learn: tensorboard --logdir {output_dir}")
