"""One training step of eager PyTorch on a resident batch, timed as `classifier-training bench step` times ours.

ResNet, channels_last, fused AdamW, label smoothing 0.1, gradient norm clipped to 1, EMA by foreach; prints one line of JSON.
"""

import argparse
import json
import resource
import time

import torch
import torchvision

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="resnet18")
parser.add_argument("--image-size", type=int, default=224)
parser.add_argument("--batch-size", type=int, default=16)
parser.add_argument("--precision", choices=["32", "bf16-mixed"], default="32")
parser.add_argument("--steps", type=int, default=20)
arguments = parser.parse_args()

torch.manual_seed(0)
model = getattr(torchvision.models, arguments.model)(num_classes=43).to(memory_format=torch.channels_last).train()
average = [p.detach().clone() for p in model.state_dict().values() if p.is_floating_point()]
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-4, fused=True)
criterion = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
size = arguments.image_size
images = torch.randint(0, 256, (arguments.batch_size, 3, size, size), dtype=torch.uint8)
images = images.to(memory_format=torch.channels_last)
labels = torch.randint(0, 43, (arguments.batch_size,))
mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1) * 255
std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1) * 255

times = []
warmup = 3
for step in range(warmup + arguments.steps):
    began = time.perf_counter()
    inputs = (images.float() - mean) / std
    with torch.autocast("cpu", torch.bfloat16, enabled=arguments.precision == "bf16-mixed"):
        loss = criterion(model(inputs), labels)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    with torch.no_grad():
        weights = [p for p in model.state_dict().values() if p.is_floating_point()]
        torch._foreach_lerp_(average, weights, 0.001)
    if step >= warmup:
        times.append(time.perf_counter() - began)

times.sort()
median = times[len(times) // 2]
print(
    json.dumps(
        {
            "images_per_second": arguments.batch_size / median,
            "step_ms": {"median": median * 1e3, "min": times[0] * 1e3, "max": times[-1] * 1e3},
            "precision": arguments.precision,
            "layout": "channels_last",
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "torch": torch.__version__,
        }
    )
)
