#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>

namespace mantissa::test {

/// The logits of LibTorch's own unoptimised run of a TorchScript file, model.to(dtype). Throws what LibTorch throws.
at::Tensor runTorchScript(const std::filesystem::path& file, at::ScalarType dtype, const at::Tensor& input);

/// A tensor of a safetensors file, in memory of its own. Throws where there is none.
at::Tensor storedTensor(const std::filesystem::path& file, const std::string& name);

/// A logit may differ by this from one that another processor computed in the format: a few ULP at the logits' scale.
double toleranceOf(const std::string& formatName, const at::Tensor& logits);

/// The largest difference of two tensors' elements, in double.
double largestDifference(const at::Tensor& a, const at::Tensor& b);

}  // namespace mantissa::test
