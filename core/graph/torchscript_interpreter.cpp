#include "graph/torchscript_interpreter.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/api/function_impl.h>

#include <algorithm>
#include <unordered_set>

#include "run/memory_limit.h"

namespace mantissa {

namespace jit = torch::jit;
using c10::IValue;
namespace prim = c10::prim;

namespace {

/// Lists, words and their like grow by one operation to the sum of its inputs at most.
constexpr std::size_t kMostElements = 1'000'000;

std::size_t lengthOf(const IValue& value) {
    if (value.isList()) return value.toListRef().size();
    if (value.isString()) return value.toStringRef().size();
    if (value.isGenericDict()) return value.toGenericDict().size();
    return 0;
}

/// [x] * n: refused before it is made.
void checkRepeat(const jit::Node& node, const std::vector<IValue>& inputs) {
    if (node.kind() != c10::aten::mul || inputs.size() != 2) return;
    for (const auto& [list, times] : {std::pair{&inputs[0], &inputs[1]}, {&inputs[1], &inputs[0]}})
        if ((list->isList() || list->isString()) && times->isInt())
            TORCH_CHECK(
                times->toInt() <= 0 || lengthOf(*list) <= kMostElements / static_cast<std::size_t>(times->toInt()),
                "the program makes a list of more than a million elements");
}

IValue listFrom(const jit::Node& node, const std::vector<IValue>& elements) {
    c10::impl::GenericList list(node.output()->type()->expectRef<c10::ListType>().getElementType());
    for (const auto& element : elements) list.push_back(element);
    return list;
}

IValue dictFrom(const jit::Node& node, const std::vector<IValue>& elements) {
    const auto& type = node.output()->type()->expectRef<c10::DictType>();
    c10::impl::GenericDict dict(type.getKeyType(), type.getValueType());
    for (std::size_t i = 0; i + 1 < elements.size(); i += 2) dict.insert_or_assign(elements[i], elements[i + 1]);
    return dict;
}

IValue tupleSlice(const jit::Node& node, const IValue& tuple) {
    const auto& elements = tuple.toTupleRef().elements();
    std::vector<IValue> part;
    const auto size = static_cast<std::int64_t>(elements.size());
    for (std::int64_t i = std::max<std::int64_t>(0, node.i(c10::attr::beg)); i < std::min(size, node.i(c10::attr::end));
         ++i)
        part.push_back(elements[static_cast<std::size_t>(i)]);
    return c10::ivalue::Tuple::create(std::move(part));
}

/// Bytes of the distinct storages that a value holds.
void countStorages(const IValue& value, std::unordered_set<const void*>& seen, std::int64_t& bytes) {
    if (value.isTensor() && value.toTensor().defined()) {
        if (seen.insert(value.toTensor().storage().unsafeGetStorageImpl()).second)
            bytes += static_cast<std::int64_t>(value.toTensor().storage().nbytes());
    } else if (value.isList()) {
        for (const IValue& element : value.toListRef()) countStorages(element, seen, bytes);
    } else if (value.isTuple()) {
        for (const IValue& element : value.toTupleRef().elements()) countStorages(element, seen, bytes);
    }
}

}  // namespace

TorchScriptInterpreter::TorchScriptInterpreter(std::unordered_map<const void*, std::string> paths, std::stop_token stop)
    : paths_(std::move(paths)), stop_(std::move(stop)), budget_(activationBudget()) {}

std::vector<IValue> TorchScriptInterpreter::call(const jit::Graph& graph, const std::vector<IValue>& inputs,
                                                 const std::string& path) {
    constexpr std::size_t kDeepest = 200;
    TORCH_CHECK(frames_.size() < kDeepest, "the program nests too deeply");
    TORCH_CHECK(graph.inputs().size() == inputs.size(), "the program calls a function with too few arguments");
    Values values;
    frames_.push_back(&values);
    struct Leave {
        std::vector<const Values*>& frames;
        ~Leave() { frames.pop_back(); }
    } const leave{frames_};
    for (std::size_t i = 0; i < inputs.size(); ++i) values[graph.inputs()[i]] = inputs[i];
    runNodes(*graph.block(), values, path);
    std::vector<IValue> outputs;
    for (const jit::Value* output : graph.outputs()) outputs.push_back(values.at(output));
    return outputs;
}

void TorchScriptInterpreter::countStep() {
    // A classifier takes some thousand.
    constexpr std::size_t kMostSteps = 500'000;
    TORCH_CHECK(!stop_.stop_requested(), "stopped");
    TORCH_CHECK(++steps_ <= kMostSteps, "the program does not come to an end within half a million steps");
}

void TorchScriptInterpreter::runNodes(const jit::Block& block, Values& values, const std::string& path) {
    for (const jit::Node* node : block.nodes()) {
        countStep();
        runNode(*node, values, path);
    }
}

void TorchScriptInterpreter::runNode(const jit::Node& node, Values& values, const std::string& path) {
    if (node.kind() == prim::Constant) {
        const bool isFunction = node.output()->type()->kind() == c10::TypeKind::FunctionType;
        values[node.output()] = isFunction ? IValue() : jit::toIValue(node.output()).value_or(IValue());
        return;
    }
    if (runControl(node, values, path) || runObject(node, values, path) || runAggregate(node, values)) return;
    const auto where = [&] {
        return std::string(" (") + node.kind().toQualString() + " in layer " + (path.empty() ? "(top)" : path) + ")";
    };
    try {
        runOperation(node, values);
    } catch (const c10::NotImplementedError& error) {
        TORCH_CHECK_NOT_IMPLEMENTED(false, error.what_without_backtrace(), where());
    } catch (const c10::Error& error) {
        const std::string text = error.what_without_backtrace();
        TORCH_CHECK(false, text.substr(0, text.find('\n')), where());
    }
}

bool TorchScriptInterpreter::runControl(const jit::Node& node, Values& values, const std::string& path) {
    const auto kind = node.kind();
    if (kind == prim::If) {
        const jit::Block* block = node.blocks()[values.at(node.input(0)).toBool() ? 0 : 1];
        runNodes(*block, values, path);
        for (std::size_t i = 0; i < node.outputs().size(); ++i) values[node.output(i)] = values.at(block->outputs()[i]);
    } else if (kind == prim::Loop) {
        runLoop(node, values, path);
    } else if (kind == prim::CallFunction) {
        std::vector<IValue> inputs;
        for (std::size_t i = 1; i < node.inputs().size(); ++i) inputs.push_back(values.at(node.input(i)));
        auto* function = node.input(0)->type()->expectRef<c10::FunctionType>().function();
        values[node.output()] = call(*jit::toGraphFunction(*function).graph(), inputs, path).at(0);
    } else if (kind == prim::RaiseException) {
        const IValue& message = values.at(node.input(0));
        TORCH_CHECK(false, "the model stops with an error of its own: ",
                    message.isString() ? message.toStringRef() : std::string("it says nothing more"));
    } else {
        return false;
    }
    return true;
}

void TorchScriptInterpreter::runLoop(const jit::Node& node, Values& values, const std::string& path) {
    const jit::Block& body = *node.blocks()[0];
    const std::int64_t count = values.at(node.input(0)).toInt();
    bool goesOn = values.at(node.input(1)).toBool();
    std::vector<IValue> carried;
    for (std::size_t i = 2; i < node.inputs().size(); ++i) carried.push_back(values.at(node.input(i)));
    for (std::int64_t round = 0; goesOn && round < count; ++round) {
        // An empty body is no node, and may go round for ever.
        countStep();
        values[body.inputs()[0]] = round;
        for (std::size_t i = 0; i < carried.size(); ++i) values[body.inputs()[i + 1]] = std::move(carried[i]);
        runNodes(body, values, path);
        goesOn = values.at(body.outputs()[0]).toBool();
        for (std::size_t i = 0; i < carried.size(); ++i) carried[i] = values.at(body.outputs()[i + 1]);
    }
    for (std::size_t i = 0; i < carried.size(); ++i) values[node.output(i)] = std::move(carried[i]);
}

std::vector<IValue> TorchScriptInterpreter::callMethod(const IValue& object, const std::string& name,
                                                       std::vector<IValue> inputs, const std::string& path) {
    const auto self = object.toObject();
    const auto known = paths_.find(self.get());
    inputs.insert(inputs.begin(), object);
    return call(*jit::toGraphFunction(self->type()->getMethod(name)).graph(), inputs,
                known == paths_.end() ? path : known->second);
}

bool TorchScriptInterpreter::runObject(const jit::Node& node, Values& values, const std::string& path) {
    const auto kind = node.kind();
    const auto input = [&](std::size_t i) -> const IValue& { return values.at(node.input(i)); };
    if (kind == prim::GetAttr) {
        values[node.output()] = input(0).toObjectRef().getAttr(node.s(c10::attr::name));
    } else if (kind == prim::SetAttr) {
        input(0).toObject()->setAttr(node.s(c10::attr::name), input(1));
    } else if (kind == prim::CallMethod) {
        std::vector<IValue> inputs;
        for (std::size_t i = 1; i < node.inputs().size(); ++i) inputs.push_back(input(i));
        values[node.output()] = callMethod(input(0), node.s(c10::attr::name), std::move(inputs), path).at(0);
    } else if (kind == prim::CreateObject) {
        const auto type = node.output()->type()->expect<c10::ClassType>();
        values[node.output()] =
            c10::ivalue::Object::create(c10::StrongTypePtr(type->compilation_unit(), type), type->numAttributes());
    } else if (kind == prim::Enter) {
        values[node.output()] = callMethod(input(0), "__enter__", {}, path).at(0);
    } else if (kind == prim::Exit) {
        values[node.output()] = callMethod(input(0), "__exit__", {IValue(), IValue(), IValue()}, path).at(0);
    } else {
        return false;
    }
    return true;
}

bool TorchScriptInterpreter::runAggregate(const jit::Node& node, Values& values) const {
    const auto kind = node.kind();
    std::vector<IValue> inputs;
    const auto takeInputs = [&] {
        for (const jit::Value* value : node.inputs()) inputs.push_back(values.at(value));
    };
    const auto unpack = [&](c10::ArrayRef<IValue> elements) {
        TORCH_CHECK(elements.size() == node.outputs().size(), "the program takes ", elements.size(),
                    " elements apart into ", node.outputs().size());
        for (std::size_t i = 0; i < elements.size(); ++i) values[node.output(i)] = elements[i];
    };
    const std::string name = kind.toQualString();
    if (kind == prim::ListConstruct) {
        takeInputs();
        values[node.output()] = listFrom(node, inputs);
    } else if (kind == prim::TupleConstruct) {
        takeInputs();
        values[node.output()] = c10::ivalue::Tuple::create(std::move(inputs));
    } else if (kind == prim::DictConstruct) {
        takeInputs();
        values[node.output()] = dictFrom(node, inputs);
    } else if (kind == prim::ListUnpack) {
        const IValue list = values.at(node.input(0));  // held while its elements are moved
        const auto elements = list.toListRef();
        unpack(std::vector<IValue>(elements.begin(), elements.end()));
    } else if (kind == prim::TupleUnpack) {
        const IValue tuple = values.at(node.input(0));
        const auto& elements = tuple.toTupleRef().elements();
        unpack(std::vector<IValue>(elements.begin(), elements.end()));
    } else if (kind == prim::TupleSlice) {
        values[node.output()] = tupleSlice(node, values.at(node.input(0)));
    } else if (kind == prim::unchecked_cast || kind == prim::unchecked_unwrap_optional) {
        values[node.output()] = IValue(values.at(node.input(0)));
    } else if (kind == prim::Uninitialized) {
        values[node.output()] = IValue();
    } else if (name == "aten::format" || name == "aten::percentFormat") {
        values[node.output()] = IValue(values.at(node.input(0)));  // only messages are made of them
    } else if (name == "aten::is_grad_enabled") {
        values[node.output()] = false;
    } else if (kind == prim::Print || kind == c10::aten::warn || name == "aten::set_grad_enabled") {
        for (const jit::Value* output : node.outputs()) values[output] = IValue();
    } else {
        return false;
    }
    return true;
}

void TorchScriptInterpreter::runOperation(const jit::Node& node, Values& values) {
    std::vector<IValue> stack;
    std::size_t elements = 0;
    for (const jit::Value* input : node.inputs()) {
        stack.push_back(values.at(input));
        elements += lengthOf(stack.back());
    }
    TORCH_CHECK(elements <= kMostElements, "the program makes a list of more than a million elements");
    checkRepeat(node, stack);
    // LibTorch would copy a list into itself while the list moves.
    if (std::string_view(node.kind().toQualString()) == "aten::extend" && stack[0].is(stack[1]))
        stack[1] = stack[1].toList().copy();
    node.getOperation()(stack);
    TORCH_CHECK(stack.size() == node.outputs().size(), "gives another number of results than the program takes");
    checkMemory(stack);
    for (std::size_t i = 0; i < stack.size(); ++i) values[node.output(i)] = std::move(stack[i]);
}

/// What is alive may not pass the budget. Counted whenever as much as a quarter of it has been made since the last
/// time.
void TorchScriptInterpreter::checkMemory(const std::vector<IValue>& results) {
    std::unordered_set<const void*> fresh;
    for (const auto& result : results) countStorages(result, fresh, produced_);
    if (produced_ < budget_ / 4) return;
    produced_ = 0;
    std::unordered_set<const void*> seen;
    std::int64_t alive = 0;
    for (const Values* frame : frames_)
        for (const auto& [name, value] : *frame) countStorages(value, seen, alive);
    TORCH_CHECK(alive <= budget_, "the activations take ", alive / 1'000'000, " MB, more than the ",
                budget_ / 1'000'000, " MB that a model may use here");
}

}  // namespace mantissa
