#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/dtype.h"

namespace mantissa {

/// One tensor of a file, in place: its bytes are a view of mapped or inflated memory that `owner` keeps alive.
struct TensorRecord {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::int64_t> shape;    ///< empty for a 0-d tensor
    std::vector<std::int64_t> strides;  ///< in elements; empty means contiguous, row-major
    std::span<const std::byte> bytes;   ///< little-endian; starts at the first element; covers every element that the strides reach
    std::shared_ptr<const void> owner;
    std::uint64_t fileOffset = 0;  ///< byte position in the file, for messages; 0 where it has none (compressed)

    std::int64_t numel() const {
        std::int64_t n = 1;
        for (auto d : shape) n *= d;
        return n;
    }
};

}  // namespace mantissa
