"""A training by PyTorch Lightning and torchvision: the recipe that end-to-end.ts gives to our `train` as well.

ResNet from random weights, AdamW without decay on norms and biases, linear warmup and cosine by the step, label smoothing,
gradient norm clipped to 1, validation after each epoch; prints one line of JSON. `--tuned` switches on what makes Lightning
fast on a CPU: bf16, channels_last, foreach (Lightning refuses to clip with the fused optimizer under bf16-mixed); else it
runs as it comes.
"""

import argparse
import json
import logging
import math
import time
import warnings
from pathlib import Path

began = time.perf_counter()

import lightning
import torch
import torchmetrics
import torchvision
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

parser = argparse.ArgumentParser()
parser.add_argument("--data", type=Path, required=True)
parser.add_argument("--image-size", type=int, required=True)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--epochs", type=int, required=True)
parser.add_argument("--lr", type=float, required=True)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--workers", type=int, required=True)
parser.add_argument("--limit-train-batches", type=int)
parser.add_argument("--tuned", action="store_true")
arguments = parser.parse_args()

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
lightning.seed_everything(arguments.seed, verbose=False)
size = arguments.image_size


class Rows(Dataset):
    """A split of JSONL rows, or of class folders; empty labels are left out."""

    def __init__(self, split: str, classes: list[str] | None, transform) -> None:
        folder = arguments.data / split
        listing = folder / "annotations.jsonl"
        if listing.exists():
            rows = [json.loads(line) for line in listing.read_text().splitlines() if line.strip()]
            self.rows = [(folder / row["image"], row["suffix"]) for row in rows if row["suffix"]]
        else:
            self.rows = [(file, file.parent.name) for file in sorted(folder.glob("*/*"))]
        self.classes = classes or sorted({label for _, label in self.rows})
        index = {name: place for place, name in enumerate(self.classes)}
        self.labels = [index[label] for _, label in self.rows]
        self.transform = transform

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place: int):
        return self.transform(Image.open(self.rows[place][0]).convert("RGB")), self.labels[place]


float_chw = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
normal = [v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
train_transform = v2.Compose([v2.RandomResizedCrop(size, scale=(0.65, 1.0), ratio=(0.75, 1.33)), *float_chw, *normal])
val_transform = v2.Compose([v2.Resize((size, size)), *float_chw, *normal])
train = Rows("train", None, train_transform)
val = Rows("valid", train.classes, val_transform)


class Classifier(lightning.LightningModule):
    def __init__(self, classes: int, steps_per_epoch: int) -> None:
        super().__init__()
        self.model = torchvision.models.resnet18(num_classes=classes)
        self.criterion = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
        self.accuracy = torchmetrics.Accuracy(task="multiclass", num_classes=classes)
        self.steps_per_epoch = steps_per_epoch

    def training_step(self, batch, _):
        images, labels = batch
        if arguments.tuned:
            images = images.to(memory_format=torch.channels_last)
        loss = self.criterion(self.model(images), labels)
        self.log("train/loss", loss, on_step=True, on_epoch=True)
        return loss

    def validation_step(self, batch, _):
        images, labels = batch
        logits = self.model(images)
        self.accuracy(logits, labels)
        self.log("val/loss", self.criterion(logits, labels))
        self.log("val/acc_top1", self.accuracy)

    def configure_optimizers(self):
        decayed = [p for p in self.parameters() if p.ndim > 1]
        plain = [p for p in self.parameters() if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}]
        optimizer = torch.optim.AdamW(groups, lr=arguments.lr, foreach=True if arguments.tuned else None)
        warmup, total = self.steps_per_epoch, self.steps_per_epoch * arguments.epochs

        def factor(step: int) -> float:
            if step < warmup:
                return 1e-3 + (1 - 1e-3) * step / warmup
            progress = (step - warmup) / max(1, total - warmup)
            return 0.01 + (1 - 0.01) * (1 + math.cos(math.pi * progress)) / 2

        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


class FirstStep(lightning.Callback):
    at = None

    def on_train_batch_end(self, *_) -> None:
        self.at = self.at or time.perf_counter()


options = {"batch_size": arguments.batch_size, "num_workers": arguments.workers}
options["persistent_workers"] = arguments.workers > 0
train_loader = DataLoader(train, shuffle=True, drop_last=False, **options)
val_loader = DataLoader(val, **options)
batches = min(len(train_loader), arguments.limit_train_batches or len(train_loader))
module = Classifier(len(train.classes), batches)
if arguments.tuned:
    module = module.to(memory_format=torch.channels_last)
first = FirstStep()
trainer = lightning.Trainer(
    max_epochs=arguments.epochs,
    precision="bf16-mixed" if arguments.tuned else "32-true",
    accelerator="cpu",
    gradient_clip_val=1.0,
    limit_train_batches=arguments.limit_train_batches,
    num_sanity_val_steps=0,
    logger=False,
    enable_progress_bar=False,
    enable_model_summary=False,
    callbacks=[first],
    default_root_dir="lightning",
)
fit_began = time.perf_counter()
trainer.fit(module, train_loader, val_loader)
ended = time.perf_counter()
images = arguments.epochs * min(len(train), batches * arguments.batch_size)
print(
    json.dumps(
        {
            "images_per_second": images / (ended - fit_began),
            "val_acc": float(trainer.callback_metrics["val/acc_top1"]),
            "first_step_s": first.at - began,
            "process_s": ended - began,
        }
    )
)
