#include <algorithm>

#include "graph/torchscript_lowerer.h"

namespace mantissa {

namespace jit = torch::jit;
using Reason = TorchScriptRefusal::Reason;

namespace {

bool isListValue(const jit::Value* value) { return value->type()->kind() == c10::TypeKind::ListType; }

bool isSequence(const jit::Value* value) {
    return isListValue(value) || value->type()->kind() == c10::TypeKind::TupleType ||
           value->type()->kind() == c10::TypeKind::DictType;
}

/// Python's slice bounds on a sequence of `size` elements.
std::int64_t clampedBound(std::int64_t bound, std::int64_t size) {
    if (bound < 0) bound += size;
    return std::min(std::max<std::int64_t>(bound, 0), size);
}

}  // namespace

/// The elements of a list, for reading; a constant list is unpacked into `symbol` first.
TorchScriptLowerer::Symbols& TorchScriptLowerer::itemsOf(Symbol& symbol, const std::string& path) {
    if (symbol.isConstant())
        if (auto unpacked = unpackedList(symbol.ivalue)) symbol = *std::move(unpacked);
    if (symbol.kind == Symbol::Kind::tensorList) {
        const Node& source = graph_.nodes.at(symbol.node);
        if (source.outputs.empty())
            throw TorchScriptRefusal{.reason = Reason::needsShapes,
                                     .message = "the model goes through a list whose length follows from shapes",
                                     .layer = path};
        Symbols items;
        for (const ValueId id : source.outputs) items.push_back(Symbol::tensor(id));
        symbol = Symbol::list(std::move(items), true);
    }
    if (!symbol.isList()) dependsOnData("goes through a list that it computes", path);
    return *symbol.items;
}

std::size_t TorchScriptLowerer::position(const Symbol& index, std::size_t size, const std::string& path) {
    const c10::IValue value = known(index, path, "chooses an element of a list");
    if (!value.isInt()) dependsOnData("looks something up in a dict", path);
    const std::int64_t n = value.toInt() < 0 ? value.toInt() + static_cast<std::int64_t>(size) : value.toInt();
    if (n < 0 || n >= static_cast<std::int64_t>(size))
        throw TorchScriptRefusal{.message = "the model reaches beyond the end of a list", .layer = path};
    return static_cast<std::size_t>(n);
}

bool TorchScriptLowerer::lowerList(const jit::Node& node, const std::string& path, Scope& scope) {
    using namespace c10;
    const auto kind = node.kind();
    const auto set = [&](Symbol symbol) { scope[node.output(0)] = std::move(symbol); };
    if (kind == prim::ListConstruct || kind == prim::TupleConstruct) {
        const auto* list = node.output(0)->type()->castRaw<ListType>();
        const bool tensors = list && list->getElementType()->isSubtypeOf(*OptionalType::create(TensorType::get()));
        set(Symbol::list(inputsOf(node, scope), tensors));
        return true;
    }
    if (kind == prim::DictConstruct) {
        Symbols values;
        for (std::size_t i = 1; i < node.inputs().size(); i += 2) values.push_back(scope.at(node.input(i)));
        set(Symbol::list(std::move(values), false));
        return true;
    }
    if (node.inputs().empty() || !isSequence(node.input(0))) return false;
    Symbol& list = scope.at(node.input(0));
    if (kind == prim::ListUnpack || kind == prim::TupleUnpack) {
        // Only now does it show how many tensors an operator gives.
        if (list.kind == Symbol::Kind::tensorList && graph_.nodes.at(list.node).outputs.empty())
            for (std::size_t i = 0; i < node.outputs().size(); ++i)
                graph_.nodes[list.node].outputs.push_back(newValue());
        const Symbols items = itemsOf(list, path);
        if (items.size() != node.outputs().size())
            throw TorchScriptRefusal{.message = "the model takes a list apart into another number of elements",
                                     .layer = path};
        bind(node, items, scope);
    } else if (kind == prim::TupleIndex || kind == aten::__getitem__) {
        const Symbols items = itemsOf(list, path);
        set(items[position(scope.at(node.input(1)), items.size(), path)]);
    } else if (kind == aten::len) {
        set(Symbol::constant(static_cast<std::int64_t>(itemsOf(list, path).size())));
    } else if (kind == aten::slice || kind == prim::TupleSlice) {
        const Symbols items = itemsOf(list, path);
        const auto size = static_cast<std::int64_t>(items.size());
        const auto bound = [&](std::size_t input, std::int64_t otherwise) {
            const IValue value = kind == prim::TupleSlice ? IValue(node.i(input == 1 ? attr::beg : attr::end))
                                                          : known(scope.at(node.input(input)), path, "cuts a list");
            return value.isInt() ? value.toInt() : otherwise;
        };
        const std::int64_t begin = clampedBound(bound(1, 0), size), end = clampedBound(bound(2, size), size);
        const std::int64_t step = kind == aten::slice ? bound(3, 1) : 1;
        if (step < 1) dependsOnData("goes backwards through a list", path);
        Symbols part;
        for (std::int64_t i = begin; i < end; i += step) part.push_back(items[static_cast<std::size_t>(i)]);
        set(Symbol::list(std::move(part), list.ofTensors));
    } else if (kind == aten::list || kind == aten::copy) {
        const Symbols items = itemsOf(list, path);
        set(Symbol::list(items, list.ofTensors));
    } else if (kind == aten::add && isListValue(node.input(1))) {
        Symbols items = itemsOf(list, path);
        const Symbols more = itemsOf(scope.at(node.input(1)), path);
        items.insert(items.end(), more.begin(), more.end());
        set(Symbol::list(std::move(items), list.ofTensors));
    } else {
        return changeList(node, path, scope);
    }
    return true;
}

/// What a program does to a list that it made: every symbol that stands for the list sees it, as in Python.
bool TorchScriptLowerer::changeList(const jit::Node& node, const std::string& path, Scope& scope) {
    const std::string name = node.kind().toQualString();
    static const std::map<std::string, int> changes{{"aten::append", 2},  {"aten::extend", 2},    {"aten::insert", 3},
                                                    {"aten::pop", 2},     {"aten::_set_item", 3}, {"aten::clear", 1},
                                                    {"aten::reverse", 1}, {"aten::Delete", 2}};
    const auto change = changes.find(name);
    if (change == changes.end() || node.inputs().size() != static_cast<std::size_t>(change->second)) return false;
    if (!isListValue(node.input(0)) || !scope.at(node.input(0)).isList())
        dependsOnData("changes a list or dict that it did not make (" + name + ")", path);
    // Held apart from the scope, which the lines below change.
    const Symbol list = scope.at(node.input(0));
    Symbols& items = *list.items;
    constexpr std::size_t kMostElements = 100'000;
    if (items.size() > kMostElements) dependsOnData("makes a list of more than 100,000 elements", path);
    const auto at = [&](const Symbol& index) {
        return items.begin() + static_cast<std::ptrdiff_t>(position(index, items.size(), path));
    };
    if (name == "aten::append") {
        items.push_back(scope.at(node.input(1)));
    } else if (name == "aten::extend") {
        const Symbols more = itemsOf(scope.at(node.input(1)), path);
        items.insert(items.end(), more.begin(), more.end());
    } else if (name == "aten::insert") {
        const std::int64_t where = known(scope.at(node.input(1)), path, "inserts into a list").toInt();
        items.insert(items.begin() + clampedBound(where, static_cast<std::int64_t>(items.size())),
                     scope.at(node.input(2)));
    } else if (name == "aten::pop") {
        const auto element = at(scope.at(node.input(1)));
        Symbol taken = *element;
        items.erase(element);
        scope[node.output(0)] = std::move(taken);
    } else if (name == "aten::_set_item") {
        *at(scope.at(node.input(1))) = scope.at(node.input(2));
    } else if (name == "aten::Delete") {
        items.erase(at(scope.at(node.input(1))));
    } else if (name == "aten::reverse") {
        std::reverse(items.begin(), items.end());
    } else {
        items.clear();
    }
    // Some of them return the list itself.
    if (name != "aten::pop" && !node.outputs().empty()) scope[node.output(0)] = list;
    return true;
}

}  // namespace mantissa
