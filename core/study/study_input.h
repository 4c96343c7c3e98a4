#pragma once

// Private to core/study: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "image/preprocess.h"
#include "study/compare.h"

namespace mantissa {

/// How many of the best answers are compared: top-1 to top-5.
inline constexpr int kTopAnswers = 5;

/// What a model runs on: a picture made ready for it, or a tensor that was handed in.
struct StudyInput {
    at::Tensor tensor;            ///< [1, C, H, W], FP32
    Preprocessing preprocessing;  ///< the model's own, unless another was asked for
    std::optional<ModelInput> picture;
};

/// Exactly one of `image` and `tensor` is to be there. Errors: invalidArgument where it is not, or where the tensor is
/// no picture's; those of preprocess.
Result<StudyInput> takeInput(const Model& model, const std::optional<SourceImage>& image,
                             const std::optional<TensorInput>& tensor,
                             const std::optional<Preprocessing>& preprocessing);

/// A model's output for one picture, FP64. Error: it is not one row of numbers.
Result<std::vector<double>> logitsOf(const at::Tensor& output);

/// Whether every override names a module that has operators. A tensor's name is none: kept by itself it would still be
/// cast where a native operator reads it. Error: invalidArgument, which names it and the layers it could have meant.
Status checkOverrides(const Graph& graph, const std::vector<LayerFormat>& overrides);

/// The same of modules that stay in FP32.
Status checkKept(const Graph& graph, const std::vector<std::string>& modules);

/// A request that cannot be met as asked.
inline Error badRequest(std::string message, std::string where = {}) {
    return {.code = ErrorCode::invalidArgument, .message = std::move(message), .where = std::move(where)};
}

}  // namespace mantissa
