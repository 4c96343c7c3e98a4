#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mantissa {

/// Element types that files hold. Names as safetensors writes them.
enum class DType : std::uint8_t { f64, f32, f16, bf16, f8e4m3, f8e5m2, i64, i32, i16, i8, u64, u32, u16, u8, boolean, c64 };

std::size_t elementBytes(DType dtype);
bool isFloating(DType dtype);
std::string_view dtypeName(DType dtype);                        ///< "F32", "BF16", "BOOL", …
std::optional<DType> dtypeFromName(std::string_view name);      ///< by the same names

}  // namespace mantissa
