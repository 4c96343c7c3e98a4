"""The peer of opening a `.pt2` file: torch.export.load, as PyTorch's documentation suggests."""

import json
import sys
import time


def make(path):
    """Writes a Vision Transformer of the size of ViT-B/16 (86 million parameters, 346 MB) with seeded weights."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.heads = heads
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x):
            n, tokens, width = x.shape
            qkv = self.qkv(self.norm1(x)).view(n, tokens, 3, self.heads, width // self.heads)
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
            y = nn.functional.scaled_dot_product_attention(q, k, v)
            x = x + self.proj(y.transpose(1, 2).reshape(n, tokens, width))
            return x + self.fc2(nn.functional.gelu(self.fc1(self.norm2(x))))

    class VisionTransformer(nn.Module):
        def __init__(self, width=768, depth=12, heads=12, classes=1000):
            super().__init__()
            self.patch = nn.Conv2d(3, width, 16, 16)
            self.cls = nn.Parameter(torch.randn(1, 1, width))
            self.position = nn.Parameter(torch.randn(1, 197, width))
            self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(depth)))
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

        def forward(self, x):
            x = self.patch(x).flatten(2).transpose(1, 2)
            x = torch.cat((self.cls.expand(x.shape[0], -1, -1), x), 1) + self.position
            return self.head(self.norm(self.blocks(x))[:, 0])

    torch.manual_seed(1)
    example = (torch.randn(1, 3, 224, 224),)
    torch.export.save(torch.export.export(VisionTransformer().eval(), example), path)


def resident():
    with open("/proc/self/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return 1024 * int(fields["VmHWM"].split()[0])


def load(path):
    import torch

    start = time.perf_counter()
    program = torch.export.load(path)
    seconds = time.perf_counter() - start
    weights = sum(t.numel() * t.element_size() for t in program.state_dict.values())
    json.dump({"seconds": seconds, "resident": resident(), "weights": weights}, sys.stdout)


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        make(sys.argv[2])
    else:
        load(sys.argv[2])
