#include "graph/torchscript_lowering.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/util/Exception.h>

#include "graph/torchscript_allowed.h"
#include "graph/torchscript_lowerer.h"

namespace mantissa {

namespace jit = torch::jit;
using Reason = TorchScriptRefusal::Reason;

TorchScriptLowerer::TorchScriptLowerer(std::optional<InputSize> example) : exampleSize_(example) {
    if (example) example_.emplace(graph_, *example);
}

namespace {

/// The first tensor of what forward returns: the logits come first in a tuple, list or dict.
std::optional<ValueId> firstTensor(const Symbol& symbol) {
    if (symbol.kind == Symbol::Kind::value) return symbol.isTensor ? std::optional(symbol.id) : std::nullopt;
    if (symbol.isList())
        for (const auto& item : *symbol.items)
            if (const auto found = firstTensor(item)) return found;
    return std::nullopt;
}

std::string withoutNamespace(const std::string& name) { return name.substr(name.find("::") + 2); }

}  // namespace

LoweredTorchScript TorchScriptLowerer::run(const jit::Module& module) {
    const auto graph = module.get_method("forward").graph();
    Symbols inputs{Symbol::object(module, "")};
    for (std::size_t i = 1; i < graph->inputs().size(); ++i) {
        if (i == 1) {
            graph_.inputs.push_back(newValue());
            inputs.push_back(Symbol::tensor(graph_.inputs.front()));
        } else if (graph->inputs()[i]->type()->kind() == c10::TypeKind::OptionalType) {
            inputs.push_back(Symbol::constant(c10::IValue()));
        } else {
            throw TorchScriptRefusal{.message = "the model takes " + std::to_string(graph->inputs().size() - 1) +
                                                " inputs, and Mantissa feeds one picture"};
        }
    }
    if (graph_.inputs.empty()) throw TorchScriptRefusal{.message = "the model takes no input"};
    const auto outputs = lowerBlock(*graph->block(), inputs, "");
    const auto logits = firstTensor(outputs.at(0));
    if (!logits) throw TorchScriptRefusal{.message = "the model returns no tensor"};
    graph_.outputs = {*logits};
    if (!tracedBecause_.empty()) guardSize();
    return {.graph = std::move(graph_), .tracedBecause = std::move(tracedBecause_)};
}

/// Puts a check of the picture's size before everything else.
void TorchScriptLowerer::guardSize() {
    const ValueId checked = graph_.inputs.front();
    graph_.inputs = {newValue()};
    graph_.nodes.insert(graph_.nodes.begin(), Node{.op = "graph::expect_size",
                                                   .overload = "",
                                                   .arguments = {{"", ValueRef{graph_.inputs.front()}},
                                                                 {"", exampleSize_->height},
                                                                 {"", exampleSize_->width}},
                                                   .outputs = {checked}});
}

TorchScriptLowerer::Symbols TorchScriptLowerer::lowerBlock(const jit::Block& block, const Symbols& inputs,
                                                           const std::string& path) {
    constexpr int kDeepest = 200;
    if (++depth_ > kDeepest) throw TorchScriptRefusal{.message = "the program nests too deeply", .layer = path};
    Scope scope;
    for (std::size_t i = 0; i < block.inputs().size(); ++i) scope[block.inputs()[i]] = inputs.at(i);
    for (const jit::Node* node : block.nodes()) lowerNode(*node, path, scope);
    Symbols outputs;
    for (const jit::Value* output : block.outputs()) outputs.push_back(scope.at(output));
    --depth_;
    return outputs;
}

ValueId TorchScriptLowerer::tensorWeight(const std::string& name, const at::Tensor& tensor, bool isParameter,
                                         bool isConstant) {
    if (const auto known = weights_.find(name); known != weights_.end()) return known->second;
    // Tied weights have one tensor and stand in the Graph once.
    const std::string identity = "=" + std::to_string(reinterpret_cast<std::uintptr_t>(tensor.unsafeGetTensorImpl()));
    if (const auto tied = weights_.find(identity); tied != weights_.end() && !isConstant)
        return weights_[name] = tied->second;
    const ValueId id = newValue();
    graph_.weights.push_back(toWeight(name, tensor, id, isParameter, isConstant));
    if (!isConstant) weights_[identity] = id;
    return weights_[name] = id;
}

Symbol TorchScriptLowerer::attribute(const jit::Node& node, const Symbol& object) {
    const std::string& name = node.s(c10::attr::name);
    const std::string path = object.path.empty() ? name : object.path + "." + name;
    const c10::IValue value = object.module->attr(name);
    if (value.isModule()) return Symbol::object(value.toModule(), path);
    if (!value.isTensor()) return Symbol::constant(value);
    if (!value.toTensor().defined()) return Symbol::constant(c10::IValue());
    const auto& type = object.module->type();
    const bool isParameter = type->is_parameter(type->getAttributeSlot(name));
    return Symbol::tensor(tensorWeight(path, value.toTensor(), isParameter, false));
}

TorchScriptLowerer::Symbols TorchScriptLowerer::inputsOf(const jit::Node& node, const Scope& scope) {
    Symbols inputs;
    for (const jit::Value* input : node.inputs()) inputs.push_back(scope.at(input));
    return inputs;
}

void TorchScriptLowerer::bind(const jit::Node& node, const Symbols& values, Scope& scope) {
    for (std::size_t i = 0; i < node.outputs().size(); ++i) scope[node.outputs()[i]] = values.at(i);
}

void TorchScriptLowerer::lowerOperator(const jit::Node& node, const std::string& path, Scope& scope) {
    const auto* schema = node.maybeSchema();
    const std::string name = node.kind().toQualString();
    if (!schema || !name.starts_with("aten::"))
        throw TorchScriptRefusal{.message = "the model uses " + name + ", which Mantissa does not run", .layer = path};
    if (isValueOperation(name) && !c10::Dispatcher::singleton().findSchema(schema->operator_name()))
        dependsOnData("uses " + name + ", which is no call on tensors,", path);
    Node call{.op = name, .overload = schema->overload_name(), .arguments = {}, .outputs = {}, .layer = path};
    const auto inputs = inputsOf(node, scope);
    bool fromShape = true;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        fromShape &= inputs[i].followsFromShape();
        call.arguments.push_back({schema->arguments().at(i).name(), argument(inputs[i], path)});
    }
    if (node.outputs().size() == 1 && node.output(0)->type()->kind() == c10::TypeKind::ListType) {
        call.listOutput = true;
        const std::size_t index = graph_.nodes.size();
        graph_.nodes.push_back(std::move(call));
        Symbol list = Symbol::listOf(index);
        if (example_) {
            // How many there are may follow from the picture's size, so it is read off the example at once.
            Symbols items;
            for (std::size_t i = example_->listOf(index).size(); i > 0; --i) {
                graph_.nodes[index].outputs.push_back(newValue());
                items.push_back(Symbol::tensor(graph_.nodes[index].outputs.back()));
            }
            list = Symbol::list(std::move(items), true);
            noteTraced("takes apart what " + withoutNamespace(name) + " gives", path);
        }
        scope[node.output(0)] = std::move(list);
        return;
    }
    for (const jit::Value* output : node.outputs()) {
        call.outputs.push_back(newValue());
        const bool tensor = output->type()->kind() == c10::TypeKind::TensorType;
        Symbol result = tensor ? Symbol::tensor(call.outputs.back()) : Symbol::number(call.outputs.back(), fromShape);
        result.fromShape = fromShape;  // arithmetic on sizes that tracing wrapped into tensors
        scope[output] = std::move(result);
    }
    graph_.nodes.push_back(std::move(call));
}

void TorchScriptLowerer::lowerNode(const jit::Node& node, const std::string& path, Scope& scope) {
    using namespace c10;
    constexpr std::size_t kMostSteps = 1'000'000;
    if (++steps_ > kMostSteps)
        throw TorchScriptRefusal{.message = "the program unrolls to more than a million calls", .layer = path};
    const auto kind = node.kind();
    if (kind == prim::Constant) {
        const bool isFunction = node.output(0)->type()->kind() == TypeKind::FunctionType;
        scope[node.output(0)] =
            Symbol::constant(isFunction ? IValue() : jit::toIValue(node.output(0)).value_or(IValue()));
    } else if (kind == prim::GetAttr) {
        const Symbol& object = scope.at(node.input(0));
        if (object.kind != Symbol::Kind::object)
            throw TorchScriptRefusal{.message = "an attribute is read from something that is no module", .layer = path};
        scope[node.output(0)] = attribute(node, object);
    } else if (kind == prim::CallMethod || kind == prim::CallFunction) {
        lowerCall(node, path, scope);
    } else if (kind == prim::If) {
        lowerIf(node, path, scope);
    } else if (kind == prim::Loop) {
        lowerLoop(node, path, scope);
    } else if (!lowerList(node, path, scope) && !lowerBuiltin(node, path, scope)) {
        lowerOperator(node, path, scope);
    }
}

std::variant<LoweredTorchScript, TorchScriptRefusal> lowerTorchScript(const jit::Module& module,
                                                                      std::optional<InputSize> example) {
    try {
        return TorchScriptLowerer(example).run(module);
    } catch (TorchScriptRefusal& refusal) {
        return std::move(refusal);
    } catch (const c10::Error& error) {
        // An operator that does not run on the example: another size may.
        const std::string text = error.what_without_backtrace();
        return TorchScriptRefusal{.message = text.substr(0, text.find('\n'))};
    }
}

}  // namespace mantissa
