#include "run/dtypes.h"

namespace mantissa {

std::optional<c10::ScalarType> scalarType(DType dtype) {
    switch (dtype) {
        case DType::f64:
            return c10::ScalarType::Double;
        case DType::f32:
            return c10::ScalarType::Float;
        case DType::f16:
            return c10::ScalarType::Half;
        case DType::bf16:
            return c10::ScalarType::BFloat16;
        case DType::f8e4m3:
            return c10::ScalarType::Float8_e4m3fn;
        case DType::f8e5m2:
            return c10::ScalarType::Float8_e5m2;
        case DType::f8e4m3fnuz:
            return c10::ScalarType::Float8_e4m3fnuz;
        case DType::f8e5m2fnuz:
            return c10::ScalarType::Float8_e5m2fnuz;
        case DType::f8e8m0:
        case DType::f6e2m3:
        case DType::f6e3m2:
        case DType::f4:
            return std::nullopt;
        case DType::i64:
            return c10::ScalarType::Long;
        case DType::i32:
            return c10::ScalarType::Int;
        case DType::i16:
            return c10::ScalarType::Short;
        case DType::i8:
            return c10::ScalarType::Char;
        case DType::u64:
            return c10::ScalarType::UInt64;
        case DType::u32:
            return c10::ScalarType::UInt32;
        case DType::u16:
            return c10::ScalarType::UInt16;
        case DType::u8:
            return c10::ScalarType::Byte;
        case DType::boolean:
            return c10::ScalarType::Bool;
        case DType::c64:
            return c10::ScalarType::ComplexFloat;
    }
    return std::nullopt;
}

std::optional<c10::ScalarType> nativeDType(const Format& format) {
    if (format.name == "fp64") return c10::ScalarType::Double;
    if (format.name == "fp32") return c10::ScalarType::Float;
    if (format.name == "fp16") return c10::ScalarType::Half;
    if (format.name == "bf16") return c10::ScalarType::BFloat16;
    return std::nullopt;
}

}  // namespace mantissa
