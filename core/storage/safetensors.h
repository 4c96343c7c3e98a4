#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "result.h"
#include "storage/tensor_record.h"

namespace mantissa {

/// A safetensors file, memory-mapped; records in file order. Every size, offset, range, overlap, gap and dtype is checked
/// before it is used, as the safetensors format text asks. Nothing is allocated that a header merely claims.
struct SafetensorsFile {
    std::filesystem::path path;
    std::vector<TensorRecord> tensors;
    std::map<std::string, std::string> metadata;

    const TensorRecord* find(const std::string& name) const;
};
Result<SafetensorsFile> openSafetensors(const std::filesystem::path& path);

}  // namespace mantissa
