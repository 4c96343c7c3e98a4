#include <torch/csrc/jit/api/function_impl.h>

#include "graph/torchscript_lowerer.h"

namespace mantissa {

namespace jit = torch::jit;
using Reason = TorchScriptRefusal::Reason;

namespace {

bool onlyRaises(const jit::Block& block) {
    for (const jit::Node* node : block.nodes())
        if (node->kind() == c10::prim::RaiseException) return true;
    return false;
}

bool isEmpty(const jit::Block& block) { return block.nodes().begin() == block.nodes().end(); }

/// no_grad, enable_grad, set_grad_enabled, inference_mode: nothing to do where no gradients are taken.
bool isGradientMode(const c10::TypePtr& type) {
    const auto* object = type->castRaw<c10::ClassType>();
    return object && object->name() &&
           object->name()->qualifiedName().find("torch.autograd.grad_mode.") != std::string::npos;
}

}  // namespace

void TorchScriptLowerer::dependsOnData(const std::string& what, const std::string& path) const {
    throw TorchScriptRefusal{
        .reason = Reason::dependsOnData, .message = "the model " + what + " as its data tell", .layer = path};
}

void TorchScriptLowerer::noteTraced(const std::string& what, const std::string& path) {
    if (tracedBecause_.empty()) tracedBecause_ = (path.empty() ? "it" : path) + " " + what;
}

c10::IValue TorchScriptLowerer::known(const Symbol& symbol, const std::string& path, const std::string& what) {
    if (symbol.isConstant()) return symbol.ivalue;
    if (!symbol.followsFromShape()) dependsOnData(what, path);
    if (!example_)
        throw TorchScriptRefusal{.reason = Reason::needsShapes, .message = "the model " + what, .layer = path};
    noteTraced(what, path);
    const c10::IValue value = example_->valueOf(symbol.id);
    return value.isTensor() ? c10::IValue(value.toTensor().item()) : value;
}

void TorchScriptLowerer::lowerIf(const jit::Node& node, const std::string& path, Scope& scope) {
    const Symbol& condition = scope.at(node.input(0));
    const auto blocks = node.blocks();
    if (node.outputs().empty() && isEmpty(*blocks[0]) && isEmpty(*blocks[1])) return;
    const jit::Block* taken = nullptr;
    if (!condition.isConstant() && onlyRaises(*blocks[0]))
        taken = blocks[1];  // a check of the input: what it would raise, the operators after it report themselves
    else if (!condition.isConstant() && onlyRaises(*blocks[1]))
        taken = blocks[0];
    else
        taken = blocks[known(condition, path, "decides by a condition (if)").toBool() ? 0 : 1];
    for (const jit::Node* inner : taken->nodes()) lowerNode(*inner, path, scope);
    for (std::size_t i = 0; i < node.outputs().size(); ++i) scope[node.outputs()[i]] = scope.at(taken->outputs()[i]);
}

void TorchScriptLowerer::lowerLoop(const jit::Node& node, const std::string& path, Scope& scope) {
    const std::string what = "repeats a part (loop)";
    constexpr std::int64_t kMostRounds = 4096;
    const auto isTrue = [&](const jit::Value* value) { return known(scope.at(value), path, what).toBool(); };
    const std::int64_t count = known(scope.at(node.input(0)), path, what).toInt();
    Symbols carried;
    for (std::size_t i = 2; i < node.inputs().size(); ++i) carried.push_back(scope.at(node.input(i)));
    const jit::Block& body = *node.blocks()[0];
    bool goesOn = isTrue(node.input(1));
    for (std::int64_t round = 0; goesOn && round < count; ++round) {
        if (round == kMostRounds) dependsOnData(what + " more than 4096 times", path);
        scope[body.inputs()[0]] = Symbol::constant(round);
        for (std::size_t i = 0; i < carried.size(); ++i) scope[body.inputs()[i + 1]] = carried[i];
        for (const jit::Node* inner : body.nodes()) lowerNode(*inner, path, scope);
        for (std::size_t i = 0; i < carried.size(); ++i) carried[i] = scope.at(body.outputs()[i + 1]);
        goesOn = isTrue(body.outputs()[0]);
    }
    bind(node, carried, scope);
}

void TorchScriptLowerer::lowerCall(const jit::Node& node, const std::string& path, Scope& scope) {
    auto inputs = inputsOf(node, scope);
    std::shared_ptr<jit::Graph> graph;
    std::string inner = path;
    if (node.kind() == c10::prim::CallMethod) {
        const Symbol& self = inputs.at(0);
        if (self.kind == Symbol::Kind::context || isGradientMode(node.input(0)->type())) {
            for (const jit::Value* output : node.outputs()) scope[output] = Symbol::constant(c10::IValue());
            return;
        }
        if (self.kind != Symbol::Kind::object)
            throw TorchScriptRefusal{
                .message = "the model calls a method of an object that is no module (" + node.s(c10::attr::name) + ")",
                .layer = path};
        graph = self.module->get_method(node.s(c10::attr::name)).graph();
        inner = self.path;
    } else {
        auto* function = node.input(0)->type()->expectRef<c10::FunctionType>().function();
        graph = jit::toGraphFunction(*function).graph();
        inputs.erase(inputs.begin());
    }
    bind(node, lowerBlock(*graph->block(), inputs, inner), scope);
}

}  // namespace mantissa
