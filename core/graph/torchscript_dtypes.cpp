#include "graph/torchscript_dtypes.h"

#include <c10/util/Exception.h>

namespace mantissa {

DType fileDType(c10::ScalarType type) {
    using T = c10::ScalarType;
    switch (type) {
        case T::Double:
            return DType::f64;
        case T::Float:
            return DType::f32;
        case T::Half:
            return DType::f16;
        case T::BFloat16:
            return DType::bf16;
        case T::Float8_e4m3fn:
            return DType::f8e4m3;
        case T::Float8_e5m2:
            return DType::f8e5m2;
        case T::Long:
            return DType::i64;
        case T::Int:
            return DType::i32;
        case T::Short:
            return DType::i16;
        case T::Char:
            return DType::i8;
        case T::Byte:
            return DType::u8;
        case T::Bool:
            return DType::boolean;
        default:
            TORCH_CHECK(false, "a tensor of type ", c10::toString(type), " is none that Mantissa runs");
    }
}

}  // namespace mantissa
