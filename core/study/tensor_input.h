#pragma once

#include <filesystem>
#include <string>

#include "result.h"
#include "study/compare.h"

namespace mantissa {

/// Reads a tensor of a safetensors file as a model's input. `name` may be empty where the file holds one tensor only,
/// and may end in an index, "pixel_values[3]", which picks one picture of a batch. Shapes: N × C × H × W, or C × H × W;
/// any dtype but complex. Errors (invalidArgument) list what there is to choose from; those of openSafetensors.
Result<TensorInput> readTensorInput(const std::filesystem::path& file, const std::string& name);

}  // namespace mantissa
