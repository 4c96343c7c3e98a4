#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "result.h"
#include "storage/checkpoint.h"

namespace mantissa {

/// Size of one dimension of a tensor; 0 where the state dict lacks the tensor or the tensor the dimension.
std::int64_t dimension(const Checkpoint& checkpoint, const std::string& tensor, std::size_t index);

/// How many of `prefix` + 0, 1, 2, … + `suffix` the state dict holds from 0 on without a gap.
std::int64_t countFromZero(const Checkpoint& checkpoint, const std::string& prefix, const std::string& suffix);

/// Name of a residual network's stage in state dicts, counted from 0: "layer1", "layer2", …
inline std::string stageName(std::size_t stage) { return "layer" + std::to_string(stage + 1); }

/// A size that a tensor's shape gave: it must lie between 1 and 65536. `tensor` completes the place in the message.
Status checkSizes(const Checkpoint& checkpoint, const std::string& tensor, std::initializer_list<std::int64_t> sizes);

}  // namespace mantissa
