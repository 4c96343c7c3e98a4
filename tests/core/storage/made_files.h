#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/checkpoint.h"

namespace mantissa::test {

/// A safetensors file of this header and data.
std::string safetensors(const std::string& header, const std::string& data = {});

/// Pickle instructions, protocol 2, of what PyTorch writes.
namespace pickled {
std::string global(const std::string& module, const std::string& name);
std::string text(const std::string& words);
std::string integer(std::int32_t value);
/// A tensor of FP32 whose storage has this key and number of elements.
std::string tensor(const std::string& key, std::int32_t elements, const std::vector<std::int32_t>& shape,
                   const std::vector<std::int32_t>& strides, std::int32_t offset = 0);
/// A whole pickle: a dict of names and instructions.
std::string dict(const std::vector<std::pair<std::string, std::string>>& items);
}  // namespace pickled

/// A PyTorch zip of this pickle, with storages by key.
std::string pytorchZip(const std::string& pickle, const std::map<std::string, std::string>& storages = {});

/// FP32 values as bytes.
std::string floats(const std::vector<float>& values);

/// The elements of a contiguous FP32 tensor.
std::vector<float> valuesOf(const TensorRecord& record);

/// Reads every byte of every tensor, so that a sanitizer sees a range that lies outside.
unsigned touch(const Checkpoint& checkpoint);

/// Same names, types, shapes and bytes.
bool sameTensors(const Checkpoint& a, const Checkpoint& b);

/// A file's bytes; empty where there is none.
std::string fileBytes(const std::filesystem::path& path);

}  // namespace mantissa::test
