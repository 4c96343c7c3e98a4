#include "graph/torchscript_program.h"

#include <c10/util/Exception.h>

#include <unordered_map>

#include "graph/torchscript_interpreter.h"
#include "graph/torchscript_symbol.h"
#include "run/opaque_program.h"
#include "run/operator_table.h"

namespace mantissa {
namespace {

namespace jit = torch::jit;
using Object = c10::intrusive_ptr<c10::ivalue::Object>;

/// The objects of a module, tensors shared: running a program may change attributes, and must not change those of
/// others.
Object copyTree(const Object& object, std::unordered_map<const void*, Object>& copies) {
    if (const auto known = copies.find(object.get()); known != copies.end()) return known->second;
    const Object copy = object->copy();
    copies.emplace(object.get(), copy);
    for (std::size_t i = 0; i < copy->slots().size(); ++i)
        if (copy->getSlot(i).isObject()) copy->setSlot(i, copyTree(copy->getSlot(i).toObject(), copies));
    return copy;
}

/// The logits come first in a tuple, list or dict.
at::Tensor firstTensor(const c10::IValue& value) {
    if (value.isTensor()) return value.toTensor();
    if (value.isTuple() && !value.toTupleRef().elements().empty()) return firstTensor(value.toTupleRef().elements()[0]);
    if (value.isList() && !value.toListRef().empty()) return firstTensor(value.toListRef()[0]);
    if (value.isGenericDict() && value.toGenericDict().size() > 0)
        return firstTensor(value.toGenericDict().begin()->value());
    TORCH_CHECK(false, "the model returns no tensor");
}

class TorchScriptProgram final : public OpaqueProgram {
  public:
    TorchScriptProgram(jit::Module module, std::vector<std::string> weights)
        : module_(std::move(module)), weights_(std::move(weights)) {}

    at::Tensor run(const std::vector<at::Tensor>& arguments, std::stop_token stop) const override {
        TORCH_CHECK(arguments.size() == weights_.size() + 1, "the program has another number of weights");
        std::unordered_map<const void*, Object> copies;
        const jit::Module own(copyTree(module_._ivalue(), copies));
        for (std::size_t i = 0; i < weights_.size(); ++i) assign(own, weights_[i], arguments[i + 1]);
        std::unordered_map<const void*, std::string> paths;
        for (const auto& module : own.named_modules()) paths.emplace(module.value._ivalue().get(), module.name);
        const auto graph = own.get_method("forward").graph();
        std::vector<c10::IValue> inputs{own._ivalue(), arguments[0]};
        inputs.resize(graph->inputs().size());  // further ones are optional, and None
        return firstTensor(TorchScriptInterpreter(std::move(paths), std::move(stop)).call(*graph, inputs, "").at(0));
    }

  private:
    static void assign(const jit::Module& module, const std::string& path, const at::Tensor& tensor) {
        Object object = module._ivalue();
        std::size_t begin = 0;
        for (auto dot = path.find('.'); dot != std::string::npos; begin = dot + 1, dot = path.find('.', begin))
            object = object->getAttr(path.substr(begin, dot - begin)).toObject();
        object->setAttr(path.substr(begin), tensor);
    }

    jit::Module module_;
    std::vector<std::string> weights_;
};

}  // namespace

Graph wholeProgram(const jit::Module& module) {
    Graph graph;
    Node node{.op = std::string(kProgramOp), .overload = "", .arguments = {}, .outputs = {}};
    const auto newValue = [&graph] { return graph.valueCount++; };
    graph.inputs = {newValue()};
    node.arguments.push_back({"input", ValueRef{graph.inputs[0]}});
    std::vector<std::string> names;
    std::unordered_map<const void*, ValueId> known;  // tied weights stand in the Graph once
    const auto add = [&](const std::string& name, const at::Tensor& tensor, bool isParameter) {
        const auto [place, isNew] = known.emplace(tensor.unsafeGetTensorImpl(), graph.valueCount);
        if (isNew) graph.weights.push_back(toWeight(name, tensor, newValue(), isParameter, false));
        node.arguments.push_back({name, ValueRef{place->second}});
        names.push_back(name);
    };
    for (const auto& parameter : module.named_parameters()) add(parameter.name, parameter.value, true);
    for (const auto& buffer : module.named_buffers()) add(buffer.name, buffer.value, false);
    node.outputs = {newValue()};
    graph.outputs = node.outputs;
    node.program = std::make_shared<TorchScriptProgram>(module, std::move(names));
    graph.nodes.push_back(std::move(node));
    return graph;
}

}  // namespace mantissa
