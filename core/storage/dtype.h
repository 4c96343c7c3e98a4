#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mantissa {

/// Element types that files hold. Names as safetensors writes them.
enum class DType : std::uint8_t {
    f64,
    f32,
    f16,
    bf16,
    f8e4m3,
    f8e5m2,
    f8e4m3fnuz,
    f8e5m2fnuz,
    f8e8m0,
    f6e2m3,
    f6e3m2,
    f4,
    i64,
    i32,
    i16,
    i8,
    u64,
    u32,
    u16,
    u8,
    boolean,
    c64
};

std::size_t elementBits(DType dtype);
/// Of types of whole bytes; F6 and F4, whose values share bytes, are a programming error and end the program.
std::size_t elementBytes(DType dtype);
bool isFloating(DType dtype);
bool isInteger(DType dtype);  ///< booleans, too: 0 and 1
/// The scales (E8M0) and elements (F6, F4) of values in blocks: alone they are not what a tensor stands for.
bool isPartOfBlocks(DType dtype);
std::string_view dtypeName(DType dtype);                        ///< "F32", "BF16", "BOOL", …
std::optional<DType> dtypeFromName(std::string_view name);      ///< by the same names

}  // namespace mantissa
