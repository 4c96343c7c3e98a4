#pragma once

// Private to core/graph: includes LibTorch.

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/ir/ir.h>

#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

namespace mantissa {

/// Runs TorchScript as LibTorch's own interpreter does, node by node and without optimising, but looks at a stop token
/// between nodes, counts them, and bounds the memory of what is alive. Only programs that checkProgram let through.
class TorchScriptInterpreter {
  public:
    /// `paths`: the module path of every module object, for messages.
    TorchScriptInterpreter(std::unordered_map<const void*, std::string> paths, std::stop_token stop);

    /// Throws c10::Error, which names operator and layer.
    std::vector<c10::IValue> call(const torch::jit::Graph& graph, const std::vector<c10::IValue>& inputs,
                                  const std::string& path);

  private:
    using Values = std::unordered_map<const torch::jit::Value*, c10::IValue>;

    void countStep();
    void runNodes(const torch::jit::Block& block, Values& values, const std::string& path);
    void runNode(const torch::jit::Node& node, Values& values, const std::string& path);
    bool runControl(const torch::jit::Node& node, Values& values, const std::string& path);
    bool runObject(const torch::jit::Node& node, Values& values, const std::string& path);
    bool runAggregate(const torch::jit::Node& node, Values& values) const;
    void runLoop(const torch::jit::Node& node, Values& values, const std::string& path);
    void runOperation(const torch::jit::Node& node, Values& values);
    std::vector<c10::IValue> callMethod(const c10::IValue& object, const std::string& name,
                                        std::vector<c10::IValue> inputs, const std::string& path);
    void checkMemory(const std::vector<c10::IValue>& results);

    std::unordered_map<const void*, std::string> paths_;
    std::stop_token stop_;
    std::int64_t budget_;
    std::vector<const Values*> frames_;  // alive now, the innermost last
    std::int64_t produced_ = 0;          // bytes since what is alive was last counted
    std::size_t steps_ = 0;
};

}  // namespace mantissa
