#include "storage/dtype.h"

#include <array>

namespace mantissa {
namespace {

struct DTypeFacts {
    DType dtype;
    std::string_view name;
    std::size_t bytes;
    bool floating;
};

constexpr std::array kFacts{
    DTypeFacts{DType::f64, "F64", 8, true},         DTypeFacts{DType::f32, "F32", 4, true},
    DTypeFacts{DType::f16, "F16", 2, true},         DTypeFacts{DType::bf16, "BF16", 2, true},
    DTypeFacts{DType::f8e4m3, "F8_E4M3", 1, true},  DTypeFacts{DType::f8e5m2, "F8_E5M2", 1, true},
    DTypeFacts{DType::i64, "I64", 8, false},        DTypeFacts{DType::i32, "I32", 4, false},
    DTypeFacts{DType::i16, "I16", 2, false},        DTypeFacts{DType::i8, "I8", 1, false},
    DTypeFacts{DType::u64, "U64", 8, false},        DTypeFacts{DType::u32, "U32", 4, false},
    DTypeFacts{DType::u16, "U16", 2, false},        DTypeFacts{DType::u8, "U8", 1, false},
    DTypeFacts{DType::boolean, "BOOL", 1, false},   DTypeFacts{DType::c64, "C64", 8, false},
};

const DTypeFacts& facts(DType dtype) { return kFacts[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::size_t elementBytes(DType dtype) { return facts(dtype).bytes; }
bool isFloating(DType dtype) { return facts(dtype).floating; }
std::string_view dtypeName(DType dtype) { return facts(dtype).name; }

std::optional<DType> dtypeFromName(std::string_view name) {
    for (const auto& f : kFacts)
        if (f.name == name) return f.dtype;
    return std::nullopt;
}

}  // namespace mantissa
