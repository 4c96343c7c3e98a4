#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "result.h"
#include "storage/tensor_record.h"

namespace mantissa {

/// Writes a safetensors file, whole or not at all (through a temporary file that is renamed). Tensors are laid out by
/// falling element size, as the reference implementation does, so that each is aligned; equal sizes keep the order
/// given. `metadata` stands under
/// `__metadata__`. Errors: a tensor that is not contiguous or whose bytes do not fit its shape, two of one name, the
/// name
/// "__metadata__", a name or text that is not UTF-8, and what the file system says.
Status writeSafetensors(const std::filesystem::path& path, std::span<const TensorRecord> tensors,
                        const std::map<std::string, std::string>& metadata = {});

}  // namespace mantissa
