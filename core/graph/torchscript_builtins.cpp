#include <set>

#include "graph/torchscript_lowerer.h"
#include "graph/torchscript_scalars.h"

namespace mantissa {

namespace jit = torch::jit;
using Reason = TorchScriptRefusal::Reason;

/// `x.shape`: a list whose length is the tensor's rank.
void TorchScriptLowerer::lowerShape(const jit::Node& node, const std::string& path, Scope& scope) {
    const Symbol tensor = scope.at(node.input(0));
    const auto* type = node.input(0)->type()->castRaw<c10::TensorType>();
    auto rank = type ? type->dim() : std::nullopt;
    if (tensor.isConstant() && tensor.ivalue.isTensor())
        rank = static_cast<std::size_t>(tensor.ivalue.toTensor().dim());
    if (!rank && example_) rank = static_cast<std::size_t>(example_->valueOf(tensor.id).toTensor().dim());
    if (!rank)
        throw TorchScriptRefusal{
            .reason = Reason::needsShapes,
            .message = "the model asks for a tensor's whole shape, whose length the file does not say",
            .layer = path};
    Symbols sizes;
    for (std::size_t d = 0; d < *rank; ++d) {
        const ValueId size = newValue();
        graph_.nodes.push_back({.op = "scalar::size",
                                .overload = "",
                                .arguments = {{"", argument(tensor, path)}, {"", static_cast<std::int64_t>(d)}},
                                .outputs = {size},
                                .layer = path});
        sizes.push_back(Symbol::number(size, true));
    }
    scope[node.output(0)] = Symbol::list(std::move(sizes), false);
}

/// Questions whose answers are the same for every picture here, and statements without effect at inference.
bool TorchScriptLowerer::lowerQuestion(const jit::Node& node, const std::string& path, Scope& scope) {
    using namespace c10;
    const auto kind = node.kind();
    const std::string name = kind.toQualString();
    const auto set = [&](IValue value) { scope[node.output(0)] = Symbol::constant(std::move(value)); };
    static const std::set<std::string> without{"aten::warn", "prim::Print", "prim::Exit", "prim::SetAttr",
                                               "aten::set_grad_enabled"};
    static const std::set<std::string> no{"prim::is_cuda",
                                          "prim::is_mps",
                                          "prim::is_xpu",
                                          "prim::is_sparse",
                                          "prim::is_nested",
                                          "prim::is_quantized",
                                          "prim::requires_grad",
                                          "prim::is_mkldnn",
                                          "prim::is_meta",
                                          "aten::is_grad_enabled",
                                          "aten::is_autocast_enabled",
                                          "aten::is_autocast_cpu_enabled",
                                          "prim::is_xla"};
    if (kind == prim::RaiseException) {
        throw TorchScriptRefusal{.message = "the model stops with an error of its own", .layer = path};
    } else if (name == "prim::SetAttr" && scope.at(node.input(0)).kind != Symbol::Kind::context) {
        dependsOnData("changes an attribute of its own (" + node.s(attr::name) + ")", path);
    } else if (without.contains(name)) {
        for (const jit::Value* output : node.outputs()) scope[output] = Symbol::constant(IValue());
    } else if (no.contains(name)) {
        set(false);
    } else if (kind == prim::device) {
        set(Device(kCPU));
    } else if (kind == prim::layout) {
        set(static_cast<std::int64_t>(Layout::Strided));
    } else if (kind == prim::CreateObject || kind == prim::Enter) {
        scope[node.output(0)] = Symbol{.kind = Symbol::Kind::context};
    } else if (kind == aten::__is__ || kind == aten::__isnot__) {
        const Symbol &a = scope.at(node.input(0)), &b = scope.at(node.input(1));
        if (!a.isNone() && !b.isNone()) dependsOnData("compares two objects", path);
        set((kind == aten::__is__) == (a.isNone() && b.isNone()));
    } else if (name == "aten::format" || name == "aten::percentFormat") {
        set(std::string());  // texts end in messages
    } else {
        return false;
    }
    return true;
}

bool TorchScriptLowerer::lowerBuiltin(const jit::Node& node, const std::string& path, Scope& scope) {
    using namespace c10;
    const auto kind = node.kind();
    const auto set = [&](Symbol symbol) { scope[node.output(0)] = std::move(symbol); };
    if (lowerQuestion(node, path, scope)) return true;
    if (kind == prim::unchecked_cast || kind == prim::Uninitialized || kind == prim::unchecked_unwrap_optional) {
        set(node.inputs().empty() ? Symbol::constant(IValue()) : scope.at(node.input(0)));
        return true;
    }
    if (kind == aten::size && node.inputs().size() == 1) {
        lowerShape(node, path, scope);
        return true;
    }
    const auto inputs = inputsOf(node, scope);
    const auto scalar = scalarOperation(node);
    if (const bool foldable = isFoldable(node); scalar || foldable) {
        if (auto folded = foldConstants(node, inputs)) {
            set(Symbol::constant(*std::move(folded)));
            return true;
        }
        if (!scalar) {
            // No operation of the executor's, so its inputs have to be known.
            std::vector<IValue> values;
            const std::string what = std::string("computes with ") + kind.toQualString();
            for (const auto& input : inputs) values.push_back(knownWhole(input, path, what));
            set(Symbol::constant(foldValues(node, std::move(values))));
            return true;
        }
        Node call{.op = *scalar, .overload = "", .arguments = {}, .outputs = {newValue()}, .layer = path};
        bool fromShape = *scalar != "scalar::dtype";
        const bool ofShape = *scalar == "scalar::size" || *scalar == "scalar::dim" || *scalar == "scalar::numel";
        for (const auto& input : inputs) {
            fromShape &= ofShape || input.followsFromShape();
            call.arguments.push_back({"", argument(input, path)});
        }
        Symbol result = Symbol::number(call.outputs[0], fromShape);
        result.isTensor = *scalar == "scalar::to_tensor";
        graph_.nodes.push_back(std::move(call));
        set(std::move(result));
        return true;
    }
    return false;
}

c10::IValue TorchScriptLowerer::knownWhole(const Symbol& symbol, const std::string& path, const std::string& what) {
    if (!symbol.isList()) return known(symbol, path, what);
    // Of whole numbers, as shapes are: foldable operations take no other lists.
    c10::List<std::int64_t> list;
    for (const auto& item : *symbol.items) list.push_back(known(item, path, what).toInt());
    return list;
}

}  // namespace mantissa
