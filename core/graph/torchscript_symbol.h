#pragma once

// Private to core/graph: includes LibTorch.

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace mantissa {

/// What is known of a TorchScript value while its program is lowered.
struct Symbol {
    enum class Kind {
        constant,          ///< a value known now
        value,             ///< a tensor or number that the Graph computes
        object,            ///< a module
        list,              ///< a list or tuple of known length
        tensorListResult   ///< Tensor[] that a node returns, not yet taken apart
    };
    Kind kind = Kind::constant;
    c10::IValue ivalue{};
    ValueId id = -1;
    bool isTensor = false;  ///< value: a tensor by type, not a number
    std::shared_ptr<torch::jit::Module> module{};
    std::string path{};
    std::vector<Symbol> items{};
    bool tensorList = false;  ///< a list whose elements are tensors by type, even when it is empty
    std::size_t node = 0;

    static Symbol constant(c10::IValue value) { return {.kind = Kind::constant, .ivalue = std::move(value)}; }
    static Symbol tensor(ValueId id) { return {.kind = Kind::value, .id = id, .isTensor = true}; }
    static Symbol number(ValueId id) { return {.kind = Kind::value, .id = id}; }
    static Symbol object(torch::jit::Module module, std::string path) {
        return {.kind = Kind::object, .module = std::make_shared<torch::jit::Module>(std::move(module)), .path = std::move(path)};
    }
    static Symbol list(std::vector<Symbol> items, bool tensors) {
        return {.kind = Kind::list, .items = std::move(items), .tensorList = tensors};
    }
    static Symbol tensorListResult(std::size_t node) { return {.kind = Kind::tensorListResult, .node = node}; }

    bool isNone() const { return kind == Kind::constant && ivalue.isNone(); }
    bool isTensorLike() const { return (kind == Kind::constant && ivalue.isTensor()) || (kind == Kind::value && isTensor); }
};

/// A number as an argument of a call.
Argument scalarArgument(const c10::Scalar& number);

/// A constant as an argument; nothing for kinds that no operator takes. Tensors are not handled here.
std::optional<Argument> constantArgument(const c10::IValue& value);

/// A module's tensor as a weight that keeps it alive.
Weight toWeight(const std::string& name, const at::Tensor& tensor, ValueId id, bool isParameter, bool isConstant);

}  // namespace mantissa
