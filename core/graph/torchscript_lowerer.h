#pragma once

// Private to core/graph: includes LibTorch.

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/torchscript_example.h"
#include "graph/torchscript_lowering.h"
#include "graph/torchscript_symbol.h"

namespace mantissa {

/// Walks a TorchScript program as its interpreter would, with symbols in place of values, and writes down the calls.
class TorchScriptLowerer {
  public:
    using Scope = std::unordered_map<const torch::jit::Value*, Symbol>;
    using Symbols = std::vector<Symbol>;

    explicit TorchScriptLowerer(std::optional<InputSize> example);
    TorchScriptLowerer(const TorchScriptLowerer&) = delete;
    TorchScriptLowerer& operator=(const TorchScriptLowerer&) = delete;

    /// Throws TorchScriptRefusal, and c10::Error where the example does not run.
    LoweredTorchScript run(const torch::jit::Module& module);

  private:
    // torchscript_lowering.cpp: the walk
    Symbols lowerBlock(const torch::jit::Block& block, const Symbols& inputs, const std::string& path);
    void lowerNode(const torch::jit::Node& node, const std::string& path, Scope& scope);
    void lowerOperator(const torch::jit::Node& node, const std::string& path, Scope& scope);
    Symbol attribute(const torch::jit::Node& node, const Symbol& object);
    ValueId tensorWeight(const std::string& name, const at::Tensor& tensor, bool isParameter, bool isConstant);
    void guardSize();

    // torchscript_arguments.cpp: symbols as arguments of calls
    Argument argument(const Symbol& symbol, const std::string& path);
    Argument listArgument(const Symbol& list, const std::string& path);
    Argument tensorConstant(const at::Tensor& tensor);

    // torchscript_control.cpp: conditions, loops, calls
    void lowerIf(const torch::jit::Node& node, const std::string& path, Scope& scope);
    void lowerLoop(const torch::jit::Node& node, const std::string& path, Scope& scope);
    void lowerCall(const torch::jit::Node& node, const std::string& path, Scope& scope);
    /// The value of a symbol now, from the example where it follows from shapes; `what` names the construct that asks.
    c10::IValue known(const Symbol& symbol, const std::string& path, const std::string& what);
    c10::IValue knownWhole(const Symbol& symbol, const std::string& path, const std::string& what);
    [[noreturn]] void dependsOnData(const std::string& what, const std::string& path) const;
    void noteTraced(const std::string& what, const std::string& path);

    // torchscript_lists.cpp: lists, tuples and dicts
    bool lowerList(const torch::jit::Node& node, const std::string& path, Scope& scope);
    bool changeList(const torch::jit::Node& node, const std::string& path, Scope& scope);
    Symbols& itemsOf(Symbol& symbol, const std::string& path);
    std::size_t position(const Symbol& index, std::size_t size, const std::string& path);

    // torchscript_builtins.cpp: what the interpreter does without the dispatcher
    bool lowerBuiltin(const torch::jit::Node& node, const std::string& path, Scope& scope);
    bool lowerQuestion(const torch::jit::Node& node, const std::string& path, Scope& scope);
    void lowerShape(const torch::jit::Node& node, const std::string& path, Scope& scope);

    ValueId newValue() { return graph_.valueCount++; }
    static Symbols inputsOf(const torch::jit::Node& node, const Scope& scope);
    static void bind(const torch::jit::Node& node, const Symbols& values, Scope& scope);

    Graph graph_;
    std::optional<InputSize> exampleSize_;
    std::optional<TorchScriptExample> example_;
    std::string tracedBecause_;
    std::map<std::string, ValueId> weights_;
    std::unordered_map<const void*, std::string> constants_;
    int depth_ = 0;
    std::size_t steps_ = 0;
};

}  // namespace mantissa
