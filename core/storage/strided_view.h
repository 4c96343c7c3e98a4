#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/tensor_record.h"

namespace mantissa {

/// A tensor as a view of a storage, the way PyTorch describes it. All numbers in elements.
struct StridedView {
    DType dtype = DType::f32;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;  ///< as many as sizes
    std::int64_t offset = 0;
};

struct StorageBytes {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
    std::uint64_t fileOffset = 0;  ///< of the storage in its file; 0 where it has none
};

/// The record of a view; nothing where an element that shape and strides reach lies outside the storage. A tensor whose
/// strides show elements again and again may not be larger than its storage or 64 MiB: copying it takes that memory.
std::optional<TensorRecord> viewOf(const std::string& name, const StridedView& view, const StorageBytes& storage);

}  // namespace mantissa
