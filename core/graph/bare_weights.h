#pragma once

#include <filesystem>

#include "graph/model.h"
#include "result.h"

namespace mantissa {

/// Opens a state dict on its own (.safetensors, a sharded index, a PyTorch .pt, .pth or .bin): the architecture has to
/// show from the tensors' names and shapes. Known are SimpleCNN, CIFAR ResNets, and torchvision's ResNet, MobileNetV2
/// and SqueezeNet. The input is what a safetensors file's metadata says under "preprocess", else guessed. `sha256` is
/// the file's digest. Errors: those of openCheckpoint; an architecture that is not recognised, whose weights can only
/// be inspected; a tensor that does not fit its architecture.
Result<ModelPtr> openBareWeights(const std::filesystem::path& path, std::string sha256);

}  // namespace mantissa
