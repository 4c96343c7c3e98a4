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
        constant,   ///< a value known now
        value,      ///< a tensor or number that the Graph computes
        object,     ///< a module
        context,    ///< what a `with` statement enters: no_grad and its like, without effect at inference
        list,       ///< a list, tuple or the values of a dict, of known length
        tensorList  ///< Tensor[] that a node returns, not yet taken apart
    };
    using Items = std::vector<Symbol>;

    Kind kind = Kind::constant;
    c10::IValue ivalue{};
    ValueId id = -1;
    bool isTensor = false;   ///< value: a tensor by type, not a number
    bool fromShape = false;  ///< value: a number (or one in tensor's clothing) that follows from shapes alone
    std::shared_ptr<torch::jit::Module> module{};
    std::string path{};
    std::shared_ptr<Items> items{};  ///< list: shared, because a program may change a list that it holds twice
    bool ofTensors = false;          ///< a list whose elements are tensors by type, even when it is empty
    std::size_t node = 0;            ///< tensorList: the node that returns it

    static Symbol constant(c10::IValue value) { return {.kind = Kind::constant, .ivalue = std::move(value)}; }
    static Symbol tensor(ValueId id) { return {.kind = Kind::value, .id = id, .isTensor = true}; }
    static Symbol number(ValueId id, bool fromShape) { return {.kind = Kind::value, .id = id, .fromShape = fromShape}; }
    static Symbol object(torch::jit::Module module, std::string path) {
        return {.kind = Kind::object,
                .module = std::make_shared<torch::jit::Module>(std::move(module)),
                .path = std::move(path)};
    }
    static Symbol list(Items items, bool ofTensors) {
        return {.kind = Kind::list, .items = std::make_shared<Items>(std::move(items)), .ofTensors = ofTensors};
    }
    static Symbol listOf(std::size_t node) { return {.kind = Kind::tensorList, .ofTensors = true, .node = node}; }

    bool isNone() const { return kind == Kind::constant && ivalue.isNone(); }
    bool isList() const { return kind == Kind::list; }
    bool isConstant() const { return kind == Kind::constant; }
    bool isTensorLike() const { return (isConstant() && ivalue.isTensor()) || (kind == Kind::value && isTensor); }
    /// A constant, or a number that is one as soon as the picture's size is known.
    bool followsFromShape() const { return isConstant() || (kind == Kind::value && fromShape); }
};

/// A number as an argument of a call.
Argument scalarArgument(const c10::Scalar& number);

/// A constant as an argument; nothing for kinds that no operator takes. Tensors are not handled here.
std::optional<Argument> constantArgument(const c10::IValue& value);

/// A constant list as a list of constants: programs hold some lists that they were given whole.
std::optional<Symbol> unpackedList(const c10::IValue& list);

/// A module's tensor as a weight that keeps it alive.
Weight toWeight(const std::string& name, const at::Tensor& tensor, ValueId id, bool isParameter, bool isConstant);

}  // namespace mantissa
