#include "graph/torchscript_tensors.h"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <functional>
#include <optional>

namespace mantissa {
namespace {

using Visitor = std::function<bool(const c10::IValue&)>;

bool liesInStorage(const at::Tensor& tensor) {
    if (!tensor.defined() || !tensor.has_storage() || tensor.numel() == 0) return true;
    std::int64_t last = tensor.storage_offset(), reach = 0, bytes = 0;
    for (std::int64_t axis = 0; axis < tensor.dim(); ++axis)
        if (tensor.stride(axis) < 0 || __builtin_mul_overflow(tensor.size(axis) - 1, tensor.stride(axis), &reach) ||
            __builtin_add_overflow(last, reach, &last))
            return false;
    return tensor.storage_offset() >= 0 && !__builtin_add_overflow(last, 1, &last) &&
           !__builtin_mul_overflow(last, static_cast<std::int64_t>(tensor.itemsize()), &bytes) &&
           static_cast<std::uint64_t>(bytes) <= tensor.storage().nbytes();
}

void visitConstants(const torch::jit::Block& block, const Visitor& visitor) {
    for (const torch::jit::Node* node : block.nodes()) {
        if (node->kind() == c10::prim::Constant)
            if (const auto value = torch::jit::toIValue(node->output())) value->visit(visitor);
        for (const torch::jit::Block* inner : node->blocks()) visitConstants(*inner, visitor);
    }
}

}  // namespace

Status checkTorchScriptTensors(const torch::jit::Module& module) {
    bool sound = true;
    const Visitor look = [&sound](const c10::IValue& value) {
        if (value.isTensor()) sound = sound && liesInStorage(value.toTensor());
        return !sound;  // true ends the walk
    };
    c10::IValue(module._ivalue()).visit(look);
    for (torch::jit::Function* function : module._ivalue()->compilation_unit()->get_functions())
        if (auto* code = torch::jit::tryToGraphFunction(*function)) visitConstants(*code->graph()->block(), look);
    if (sound) return Done{};
    return Error{.code = ErrorCode::corrupt,
                 .message = "describes a tensor that reaches beyond its bytes; copy or download the file again"};
}

}  // namespace mantissa
