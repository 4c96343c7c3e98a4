#pragma once

// Private to core/run: includes LibTorch.

#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <c10/core/ScalarType.h>

#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "result.h"
#include "run/scalar_ops_impl.h"

namespace mantissa {

/// One node, bound to its operator: schema found, defaults filled in, constants converted to what the schema asks for.
/// Bound once, called many times.
class BoundNode {
  public:
    static Result<BoundNode> bind(const Node& node);

    /// Calls the operator on the values in `slots` and stores what it returns there. Throws what LibTorch throws. Only
    /// whole programs look at `stop`.
    void call(std::vector<c10::IValue>& slots, std::stop_token stop = {}) const;

    /// Calls an operator that returns a list of tensors, and stores nothing.
    c10::List<at::Tensor> callForList(const std::vector<c10::IValue>& slots) const;

    /// Whether this is a program that runs as a whole.
    bool isProgram() const { return node_->program != nullptr; }

    /// Values that the call reads.
    const std::vector<ValueId>& reads() const { return reads_; }

    /// Whether the operator writes into one of its arguments (relu_, add_).
    bool writesArgument() const { return writesArgument_; }
    /// Whether what it returns may be a view of an argument, not a new value.
    bool returnsView() const { return returnsView_; }

    /// For models cast to `model`, another dtype than FP32. Exporting bakes FP32 into `x.to(y.dtype)`: `aten::to` FP32
    /// of a value that is FP32 already (a softmax computed in FP32, say) is the way back to the model's dtype, while of
    /// a narrower value it stays the upcast that it says. A heuristic: only the file's author knows.
    void castBackTo(c10::ScalarType model);

    /// Sets a boolean argument by name where the operator has it (batch_norm's training, dropout's train); false where
    /// it has not.
    bool setFlag(std::string_view name, bool value);

  private:
    struct Patch {
        std::size_t argument;  // position in the stack
        ValueId value;         // what goes there
        bool wrapNumber;       // a number where the schema says Tensor
    };
    /// A list of integers or tensors some of whose elements are values.
    struct ListPatch {
        std::size_t argument;
        std::vector<IntOrRef> elements;
        bool tensors;
        bool optional;
    };

    static Result<BoundNode> bindScalar(const Node& node, ScalarOp scalar);
    static Result<BoundNode> bindProgram(const Node& node);
    std::vector<c10::IValue> argumentsFrom(const std::vector<c10::IValue>& slots) const;
    Status bindArgument(const Node& node, const c10::Argument& formal, std::size_t position, const Argument* actual);

    const Node* node_ = nullptr;
    std::optional<c10::OperatorHandle> op_;
    ScalarOp scalar_;
    std::vector<c10::IValue> stack_;
    std::vector<Patch> patches_;
    std::vector<ListPatch> listPatches_;
    std::vector<ValueId> reads_;
    std::optional<std::size_t> dtypeArgument_;  // of an aten::to FP32
    std::optional<c10::ScalarType> castBackTo_;
    bool writesArgument_ = false;
    bool returnsView_ = false;
};

}  // namespace mantissa
