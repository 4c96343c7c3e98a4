#include "graph/torchscript_lowerer.h"

namespace mantissa {

Argument TorchScriptLowerer::tensorConstant(const at::Tensor& tensor) {
    // A number that Python wrote in an expression: it must not take part in type promotion as a tensor would.
    const auto type = tensor.scalar_type();
    if (tensor.dim() == 0 && (type == at::kDouble || type == at::kLong || type == at::kBool))
        return scalarArgument(tensor.item());
    auto& name = constants_[tensor.unsafeGetTensorImpl()];
    if (name.empty()) name = "constant_" + std::to_string(constants_.size());
    return ValueRef{tensorWeight(name, tensor, false, true)};
}

Argument TorchScriptLowerer::argument(const Symbol& symbol, const std::string& path) {
    switch (symbol.kind) {
        case Symbol::Kind::value:
            return ValueRef{symbol.id};
        case Symbol::Kind::constant:
            if (symbol.ivalue.isTensor()) return tensorConstant(symbol.ivalue.toTensor());
            if (auto converted = constantArgument(symbol.ivalue)) return *std::move(converted);
            if (const auto list = unpackedList(symbol.ivalue)) return listArgument(*list, path);
            throw TorchScriptRefusal{
                .message = "a constant of type " + symbol.ivalue.tagKind() + " cannot be an argument", .layer = path};
        case Symbol::Kind::list:
            return listArgument(symbol, path);
        case Symbol::Kind::tensorList:
            throw TorchScriptRefusal{.reason = TorchScriptRefusal::Reason::needsShapes,
                                     .message = "a list whose length follows from shapes is handed on",
                                     .layer = path};
        default:
            throw TorchScriptRefusal{.message = "an argument is neither a tensor nor a number", .layer = path};
    }
}

namespace {

/// Elements as numbers of one kind; nothing where one of them is none.
template <class Number, class Convert>
std::optional<Argument> numbersOf(const Symbol::Items& items, Convert convert) {
    std::vector<Number> values;
    for (const auto& item : items) {
        if (!item.isConstant() || !item.ivalue.isScalar()) return std::nullopt;
        values.push_back(convert(item.ivalue.toScalar()));
    }
    return Argument(std::move(values));
}

std::optional<Argument> integersOf(const Symbol::Items& items) {
    std::vector<IntOrRef> values;
    for (const auto& item : items) {
        if (item.kind == Symbol::Kind::value && !item.isTensor)
            values.emplace_back(ValueRef{item.id});
        else if (item.isConstant() && item.ivalue.isInt())
            values.emplace_back(item.ivalue.toInt());
        else
            return std::nullopt;
    }
    return Argument(std::move(values));
}

}  // namespace

Argument TorchScriptLowerer::listArgument(const Symbol& list, const std::string& path) {
    const Symbol::Items& items = *list.items;
    const auto any = [&items](auto test) { return std::any_of(items.begin(), items.end(), test); };
    const auto refuse = [&path] {
        return TorchScriptRefusal{.message = "a list holds something that is neither tensor nor number", .layer = path};
    };
    if (any([](const Symbol& s) { return s.isTensorLike(); }) || (items.empty() && list.ofTensors)) {
        std::vector<ValueRef> refs;
        for (const auto& item : items) {
            Argument element = argument(item, path);
            // A number in tensor's clothing stays a tensor where a list of tensors is wanted.
            if (!std::holds_alternative<ValueRef>(element) && item.isTensorLike())
                element = ValueRef{tensorWeight("constant_" + std::to_string(constants_.size() + 1) + "_in_list",
                                                item.ivalue.toTensor(), false, true)};
            if (const auto* ref = std::get_if<ValueRef>(&element))
                refs.push_back(*ref);
            else if (std::holds_alternative<None>(element))
                refs.push_back({-1});
            else
                throw refuse();
        }
        return refs;
    }
    std::optional<Argument> numbers;
    if (any([](const Symbol& s) { return s.isConstant() && s.ivalue.isDouble(); }))
        numbers = numbersOf<double>(items, [](const at::Scalar& n) { return n.toDouble(); });
    else if (any([](const Symbol& s) { return s.isConstant() && s.ivalue.isBool(); }))
        numbers = numbersOf<bool>(items, [](const at::Scalar& n) { return n.toBool(); });
    else
        numbers = integersOf(items);
    if (!numbers) throw refuse();
    return *std::move(numbers);
}

}  // namespace mantissa
