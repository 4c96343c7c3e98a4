#pragma once

// Private to core: includes protozero.

#include <filesystem>
#include <memory>
#include <optional>
#include <protozero/pbf_reader.hpp>

#include "storage/tensor_record.h"

namespace mantissa {

/// Where the bytes of a model's tensors are.
struct OnnxStorage {
    std::filesystem::path path;         ///< of the model file
    std::shared_ptr<const void> owner;  ///< keeps its mapped bytes alive
};

/// The element type that TensorProto.DataType numbers so; nothing for texts and types that no tensor of ours holds.
std::optional<DType> onnxElementType(std::int64_t number);

/// One TensorProto. Throws OnnxRefusal, which names the tensor.
TensorRecord readOnnxTensor(protozero::pbf_reader message, const OnnxStorage& storage);

}  // namespace mantissa
