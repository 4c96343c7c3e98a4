#include "run/tensor_view.h"

#include <ATen/ops/from_blob.h>

#include <cstddef>
#include <string>

#include "run/dtypes.h"

namespace mantissa {

Result<at::Tensor> tensorView(const TensorRecord& record) {
    const auto dtype = scalarType(record.dtype);
    if (!dtype)
        return Error{.code = ErrorCode::unsupported,
                     .message = "LibTorch has no type " + std::string(dtypeName(record.dtype)),
                     .where = "tensor " + record.name};
    if (record.bytes.empty() && record.numel() != 0)
        return Error{.code = ErrorCode::invalidArgument,
                     .message = "has no values; the model was described, not loaded",
                     .where = "tensor " + record.name};
    // The record's bytes were checked against shape and strides when it was read; an empty tensor may have no address.
    static std::byte nothing{};
    void* data = const_cast<std::byte*>(record.bytes.empty() ? &nothing : record.bytes.data());
    return at::for_blob(data, record.shape)
        .strides(record.strides.empty() ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(record.strides))
        .deleter([owner = record.owner](void*) mutable { owner.reset(); })
        .options(at::TensorOptions().dtype(*dtype))
        .make_tensor();
}

}  // namespace mantissa
