#include "storage/dtype.h"

#include <array>
#include <cstdlib>

namespace mantissa {
namespace {

enum class DTypeKind { floating, blocks, integer, complex };

struct DTypeFacts {
    DType dtype;
    std::string_view name;
    std::size_t bits;
    DTypeKind kind;
};

constexpr std::array kFacts{
    DTypeFacts{DType::f64, "F64", 64, DTypeKind::floating},
    DTypeFacts{DType::f32, "F32", 32, DTypeKind::floating},
    DTypeFacts{DType::f16, "F16", 16, DTypeKind::floating},
    DTypeFacts{DType::bf16, "BF16", 16, DTypeKind::floating},
    DTypeFacts{DType::f8e4m3, "F8_E4M3", 8, DTypeKind::floating},
    DTypeFacts{DType::f8e5m2, "F8_E5M2", 8, DTypeKind::floating},
    DTypeFacts{DType::f8e4m3fnuz, "F8_E4M3FNUZ", 8, DTypeKind::floating},
    DTypeFacts{DType::f8e5m2fnuz, "F8_E5M2FNUZ", 8, DTypeKind::floating},
    DTypeFacts{DType::f8e8m0, "F8_E8M0", 8, DTypeKind::blocks},
    DTypeFacts{DType::f6e2m3, "F6_E2M3", 6, DTypeKind::blocks},
    DTypeFacts{DType::f6e3m2, "F6_E3M2", 6, DTypeKind::blocks},
    DTypeFacts{DType::f4, "F4", 4, DTypeKind::blocks},
    DTypeFacts{DType::i64, "I64", 64, DTypeKind::integer},
    DTypeFacts{DType::i32, "I32", 32, DTypeKind::integer},
    DTypeFacts{DType::i16, "I16", 16, DTypeKind::integer},
    DTypeFacts{DType::i8, "I8", 8, DTypeKind::integer},
    DTypeFacts{DType::u64, "U64", 64, DTypeKind::integer},
    DTypeFacts{DType::u32, "U32", 32, DTypeKind::integer},
    DTypeFacts{DType::u16, "U16", 16, DTypeKind::integer},
    DTypeFacts{DType::u8, "U8", 8, DTypeKind::integer},
    DTypeFacts{DType::boolean, "BOOL", 8, DTypeKind::integer},
    DTypeFacts{DType::c64, "C64", 64, DTypeKind::complex},
};

const DTypeFacts& facts(DType dtype) { return kFacts[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::size_t elementBits(DType dtype) { return facts(dtype).bits; }

std::size_t elementBytes(DType dtype) {
    if (facts(dtype).bits % 8 != 0) std::abort();
    return facts(dtype).bits / 8;
}

bool isFloating(DType dtype) { return facts(dtype).kind == DTypeKind::floating || isPartOfBlocks(dtype); }
bool isInteger(DType dtype) { return facts(dtype).kind == DTypeKind::integer; }
bool isPartOfBlocks(DType dtype) { return facts(dtype).kind == DTypeKind::blocks; }
std::string_view dtypeName(DType dtype) { return facts(dtype).name; }

std::optional<DType> dtypeFromName(std::string_view name) {
    for (const auto& f : kFacts)
        if (f.name == name) return f.dtype;
    return std::nullopt;
}

}  // namespace mantissa
