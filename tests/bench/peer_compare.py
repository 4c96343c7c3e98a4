"""The peer of `mantissa compare`: the same comparison, written with transformers as its documentation suggests."""

import json
import statistics
import sys
import time


def make(folder):
    """Writes a seeded MobileViT xx-small, so that both programs have the same model to open."""
    import torch
    from transformers import MobileViTConfig, MobileViTForImageClassification, MobileViTImageProcessor

    torch.manual_seed(1)
    config = MobileViTConfig(
        hidden_sizes=[64, 80, 96],
        neck_hidden_sizes=[16, 16, 24, 48, 64, 80, 320],
        expand_ratio=2.0,
        num_labels=1000,
    )
    MobileViTForImageClassification(config).eval().save_pretrained(folder)
    size = {"shortest_edge": 288}
    MobileViTImageProcessor(size=size, crop_size={"height": 256, "width": 256}, resample=2).save_pretrained(folder)


def compare(folder, image, runs=5):
    import torch
    from PIL import Image
    from transformers import AutoImageProcessor, AutoModelForImageClassification

    processor = AutoImageProcessor.from_pretrained(folder)
    pixels = processor(Image.open(image).convert("RGB"), return_tensors="pt")["pixel_values"]
    logits, latency = {}, {}
    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        model = AutoModelForImageClassification.from_pretrained(folder).eval().to(dtype)
        with torch.inference_mode():
            values = pixels.to(dtype)
            model(values)
            times = []
            for _ in range(runs):
                start = time.perf_counter()
                output = model(values).logits
                times.append(1000 * (time.perf_counter() - start))
        logits[name] = output[0].float().tolist()
        latency[name] = statistics.median(times)
    reference, candidate = torch.tensor(logits["fp32"]).double(), torch.tensor(logits["bf16"]).double()
    delta = candidate - reference
    metrics = {
        "mean_abs": delta.abs().mean().item(),
        "max_abs": delta.abs().max().item(),
        "cosine": torch.nn.functional.cosine_similarity(reference, candidate, dim=0).item(),
        "sqnr_db": (20 * torch.log10(reference.norm() / delta.norm())).item(),
        "kl": (reference.softmax(0) * (reference.log_softmax(0) - candidate.log_softmax(0))).sum().item(),
        "top1_agrees": bool(reference.argmax() == candidate.argmax()),
    }
    json.dump({"logits": logits, "latency_ms": latency, "metrics": metrics}, sys.stdout)


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        make(sys.argv[2])
    else:
        compare(sys.argv[2], sys.argv[3])
