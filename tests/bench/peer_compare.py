"""The peer of `mantissa compare`: the same comparison, written with transformers as its documentation suggests."""

import json
import statistics
import sys
import time


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
    compare(sys.argv[1], sys.argv[2])
